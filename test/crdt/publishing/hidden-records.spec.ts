import assert from 'node:assert/strict'
import { openStore } from '../../../crdt/index.ts'
import { sha256, toHex } from '../../../crdt/bytes/index.ts'
import { HiddenRecords } from '../../../crdt/publishing/hidden-records.ts'
import type { Store } from '../../../crdt/index.ts'

const author = sha256(Buffer.from('author'))
const digestOf = (i: number): Uint8Array => sha256(Buffer.from(`record ${i}`))

function hiddenRecords(store: Store): HiddenRecords {
  return new HiddenRecords({ store, want: (digest) => store.section('wanted').del(digest) })
}

/** Each step of a loop over a map or a set. */
function stepsOf(task: () => void): number {
  const iterator = Object.getPrototypeOf(new Map().entries()) as { next: () => unknown }
  const { next } = iterator
  let steps = 0
  iterator.next = function (this: unknown) {
    steps += 1
    return next.call(this)
  }
  try {
    task()
  } finally {
    iterator.next = next
  }
  return steps
}

describe('hidden records', () => {
  it('are looked at only with the entry that is shown', async () => {
    const store = await openStore()
    const hidden = hiddenRecords(store)
    const count = 2_000
    for (let i = 1; i <= count; i++) {
      // Peers have every second one.
      hidden.hide({ author, seq: i, digests: [digestOf(i)] }, () => i % 2 === 0)
    }
    const steps = stepsOf(() => {
      for (let i = 1; i <= count; i++) hidden.unhide(author, { base: 1, seq: i })
    })
    assert.ok(steps < 10 * count, `${steps} steps`)
    assert.equal(hidden.allShown().length, 0)
    await store.close()
  })

  it('are public with the first entry that has them, also after an entry came back', async () => {
    const store = await openStore()
    const hidden = hiddenRecords(store)
    const records = [1, 2, 3, 2].map((i, at) => ({ author, seq: at + 1, digests: [digestOf(i)] }))
    // An entry that came from its copy is the last one.
    const read = [...records.slice(1), ...records.slice(0, 1)]
    hidden.restore(read, { held: [], shown: [] })
    assert.deepEqual(hidden.unhide(author, { base: 1, seq: 1 }).digests.map(toHex), [
      toHex(digestOf(1))
    ])
    assert.deepEqual(hidden.unhide(author, { base: 1, seq: 2 }).digests.map(toHex), [
      toHex(digestOf(2))
    ])
    assert.deepEqual(
      [1, 2, 3].map((i) => hidden.hides(digestOf(i))),
      [false, false, true]
    )
    assert.equal(hidden.isShown(digestOf(2)), true)
    assert.deepEqual(hidden.unhide(author, { base: 1, seq: 4 }).digests.map(toHex), [
      toHex(digestOf(3))
    ])
    assert.equal(hidden.isShown(digestOf(2)), false)
    await store.close()
  })

  it('have no mark on disk when no hidden entry has them any longer', async () => {
    const store = await openStore()
    const hidden = hiddenRecords(store)
    hidden.restore([], { held: [], shown: [digestOf(1)] })
    const { operations } = hidden.unhide(author, { base: 1, seq: 1 })
    assert.deepEqual(
      operations.map(({ type }) => type),
      ['del']
    )
    await store.close()
  })
})
