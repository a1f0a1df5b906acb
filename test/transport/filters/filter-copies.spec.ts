import assert from 'node:assert/strict'
import { GrowingFilter } from '../../../crdt/index.ts'
import { FilterCopies, MAX_LACKING_ELEMENTS } from '../../../transport/filters/filter-copies.ts'
import type { CopiedFilter } from '../../../transport/filters/filter-copies.ts'

describe('copies of filters', () => {
  let version = 0
  let generation = new Uint8Array(8)
  const filter: CopiedFilter = {
    get generation() {
      return generation
    },
    get version() {
      return version
    },
    snapshot: () => ({ generation, version, slices: new GrowingFilter().slices() })
  }

  it('are shared by the answers that send at the same time', () => {
    const copies = new FilterCopies()
    const taken = Array.from({ length: 400 }, () => copies.take(filter))
    version += MAX_LACKING_ELEMENTS
    const last = copies.take(filter)
    assert.equal(new Set([...taken, last].map(({ snapshot }) => snapshot)).size, 1)
    for (const { end } of [...taken, last]) end()
    assert.notEqual(copies.take(filter).snapshot, last.snapshot)
  })

  it('are made again where the filter has become another one, or has much more', () => {
    const copies = new FilterCopies()
    const first = copies.take(filter)
    version += MAX_LACKING_ELEMENTS + 1
    const second = copies.take(filter)
    assert.notEqual(second.snapshot, first.snapshot)
    first.end()
    assert.equal(copies.take(filter).snapshot, second.snapshot)
    generation = new Uint8Array(8).fill(1)
    assert.notEqual(copies.take(filter).snapshot, second.snapshot)
  })
})
