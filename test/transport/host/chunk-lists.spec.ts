import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Uint8ArrayList } from 'uint8arraylist'
import { consumeChunksTogether } from '../../../transport/host/chunk-lists.ts'

describe('lists of chunks', () => {
  before(() => consumeChunksTogether())

  const chunks = fc.array(fc.uint8Array({ maxLength: 4 }), { maxLength: 12 })
  const counts = fc.array(fc.double({ min: -1, max: 20 }), { maxLength: 8 })

  it('lose as many bytes from their front as before', () => {
    fc.assert(
      fc.property(chunks, counts, (parts, taken) => {
        const list = new Uint8ArrayList(...parts)
        let left: Uint8Array = Buffer.concat(parts)
        for (const count of taken) {
          list.consume(count)
          left = left.subarray(Math.max(0, Math.trunc(count)))
          assert.equal(list.byteLength, left.length)
          assert.deepEqual(Uint8Array.from(list.subarray()), Uint8Array.from(left))
        }
      })
    )
  })

  it('lose 300,000 chunks of one byte together', function () {
    this.timeout(5_000)
    const list = new Uint8ArrayList()
    for (let i = 0; i < 300_000; i++) list.append(new Uint8Array(1))
    list.consume(299_999)
    assert.equal(list.byteLength, 1)
  })
})
