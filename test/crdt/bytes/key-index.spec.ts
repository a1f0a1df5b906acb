import assert from 'node:assert/strict'
import { KeyIndex } from '../../../crdt/bytes/index.ts'
import { authorOf } from '../../fixtures/many-feeds.ts'

const KEYS = Array.from({ length: 20_000 }, (_, i) => authorOf(i))
const UNKNOWN = authorOf(20_000)

describe('an index of keys', () => {
  it('finds each key at any time while it grows, and no other', () => {
    const index = new KeyIndex((row) => KEYS[row] ?? UNKNOWN)
    for (const [row, key] of KEYS.entries()) {
      index.add(row)
      assert.equal(index.find(key), row)
      const earlier = (row * 7_919) % (row + 1)
      assert.equal(index.find(KEYS[earlier] ?? UNKNOWN), earlier)
      assert.equal(index.find(UNKNOWN), undefined)
    }
    for (const [row, key] of KEYS.entries()) assert.equal(index.find(key), row)
  })

  it('moves few keys at a time when it grows', () => {
    let reads = 0
    const index = new KeyIndex((row) => {
      reads += 1
      return KEYS[row] ?? UNKNOWN
    })
    let most = 0
    for (const row of KEYS.keys()) {
      reads = 0
      index.add(row)
      most = Math.max(most, reads)
    }
    assert.ok(most <= 10, `${most} keys read for one`)
  })

  it('has room for as many as it was told, and keeps those it has', () => {
    const index = new KeyIndex((row) => KEYS[row] ?? UNKNOWN)
    for (let row = 0; row < 700; row++) index.add(row)
    index.reserve(KEYS.length)
    for (let row = 700; row < KEYS.length; row++) index.add(row)
    for (const [row, key] of KEYS.entries()) assert.equal(index.find(key), row)
  })
})
