import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import fc from 'fast-check'
import { GrowingFilter } from '../../../crdt/index.ts'
import { parametersOf } from '../../../crdt/filters/growing-filter.ts'
import { SparseBits } from '../../../crdt/filters/sparse-bits.ts'

describe('sparse bits', () => {
  const BYTES = 37

  it('are those of an array, both ways', () => {
    const position = fc.integer({ min: 0, max: BYTES * 8 - 1 })
    fc.assert(
      fc.property(fc.array(position, { maxLength: 200 }), (positions) => {
        const bytes = new Uint8Array(BYTES)
        const sparse = new SparseBits()
        for (const at of positions) {
          sparse.add(at)
          bytes[at >>> 3] = (bytes[at >>> 3] ?? 0) | (1 << (at & 7))
        }
        const set = new Set(positions)
        assert.equal(sparse.count, set.size)
        for (let at = 0; at < BYTES * 8; at++) assert.equal(sparse.has(at), set.has(at))
        assert.deepEqual(sparse.toBytes(BYTES), bytes)
        assert.deepEqual(SparseBits.from(bytes, set.size)?.toBytes(BYTES), bytes)
        if (set.size > 0) assert.equal(SparseBits.from(bytes, set.size - 1), undefined)
      })
    )
  })

  it('become all bits of a filter without a change', () => {
    const elements = Array.from({ length: 600 }, (_, i) => hash('sha256', `${i}`, 'buffer'))
    const { bits, hashes } = parametersOf(0)
    const filter = new GrowingFilter()
    const expected = new Uint8Array(bits / 8)
    for (const element of elements) {
      assert.equal(filter.has(element), false)
      assert.equal(filter.add(element), true)
      for (const at of indexesOf(element, bits, hashes)) {
        expected[at >>> 3] = (expected[at >>> 3] ?? 0) | (1 << (at & 7))
      }
      const [slice] = filter.slices()
      assert.ok(Buffer.from(expected).equals(slice?.bits ?? new Uint8Array()))
    }
    assert.ok(elements.every((element) => filter.has(element)))
    assert.equal(filter.bytes, bits / 8)
  })
})

/** Enhanced double hashing over the first 8 bytes, as docs/PROTOCOL.md has it. */
function indexesOf(element: Uint8Array, size: number, hashes: number): number[] {
  const view = new DataView(element.buffer, element.byteOffset, 8)
  let index = Math.floor((view.getUint32(0) / 2 ** 32) * size)
  let step = Math.floor((view.getUint32(4) / 2 ** 32) * size)
  return Array.from({ length: hashes }, (_, i) => {
    const at = index
    index = (index + step) % size
    step = (step + i) % size
    return at
  })
}
