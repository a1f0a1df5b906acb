import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Uint8ArrayList } from 'uint8arraylist'
import { ByteQueue } from '../../../transport/streams/byte-queue.ts'

describe('a queue of bytes', () => {
  const chunk = fc.uint8Array({ maxLength: 700 })
  const step = fc.record({ chunk, isList: fc.boolean(), taken: fc.nat({ max: 1_500 }) })

  it('gives the bytes in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const queue = new ByteQueue()
        let expected: Uint8Array = new Uint8Array(0)
        for (const each of steps) {
          const { length } = each.chunk
          const parts = [each.chunk.subarray(0, length / 2), each.chunk.subarray(length / 2)]
          queue.append(each.isList ? new Uint8ArrayList(...parts) : each.chunk)
          expected = Uint8Array.from([...expected, ...each.chunk])
          assert.equal(queue.length, expected.length)
          assert.equal(queue.at(0), expected[0] ?? 0)
          const count = Math.min(each.taken, expected.length)
          const skipped = Math.min(2, count)
          assert.deepEqual(queue.take(count, skipped), expected.slice(skipped, count))
          expected = expected.slice(count)
        }
        assert.equal(queue.length, expected.length)
      })
    )
  })

  it('returns copies that later bytes leave alone', () => {
    const queue = new ByteQueue()
    queue.append(new Uint8Array([1, 2, 3, 4]))
    const first = queue.take(2, 0)
    queue.append(new Uint8Array(5_000).fill(9))
    assert.deepEqual(first, new Uint8Array([1, 2]))
  })

  it('takes 512 KiB in chunks of one byte, and gives them in frames of two', function () {
    this.timeout(10_000)
    const queue = new ByteQueue()
    for (let i = 0; i < 512 * 1024; i++) queue.append(new Uint8Array([i & 0xff]))
    for (let i = 0; queue.length > 0; i += 2) {
      assert.equal(queue.take(2, 1)[0], (i + 1) & 0xff)
    }
  })
})
