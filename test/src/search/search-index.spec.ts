import assert from 'node:assert/strict'
import { SEAL_BYTES } from '../../../crdt/bytes/index.ts'
import { identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { SearchIndex } from '../../../src/search/index.ts'
import type { SearchSource } from '../../../src/search/index.ts'

interface HeldLog {
  readonly source: SearchSource
  /** Resolves when the index reads items. */
  readonly read: Promise<void>
  /** Adds items to the log. */
  grow(items: number): void
  /** Lets the reads end. */
  release(): void
}

/** A log of removed items, of which each read waits. */
function heldLog(): HeldLog {
  let end = 100
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  return {
    source: {
      origin: 'local',
      end: () => end,
      async *log(from) {
        const digests = Array.from({ length: end - from }, () => new Uint8Array(32))
        yield await Promise.resolve({ digests, next: end })
      },
      newest: () => Promise.resolve([]),
      async read(digests) {
        reached.resolve()
        await released.promise
        return digests.map(() => undefined)
      }
    },
    read: reached.promise,
    grow: (items) => void (end += items),
    release: () => released.resolve()
  }
}

const CONDITIONS = ['--conditions=noormme-source']

describe('a view of the index', () => {
  it('waits for a few items, but not while more come than it can compare', async () => {
    const { source, read, grow, release } = heldLog()
    const index = new SearchIndex({ sources: [source], conditions: CONDITIONS })
    const asked = index.view({ maxWait: 0 })
    await read
    grow(1_000)
    assert.equal((await asked).isComplete, false)
    release()
    assert.equal((await index.view()).isComplete, true)
    grow(100)
    assert.equal((await index.view({ maxWait: 0 })).isComplete, true)
    grow(10_000)
    assert.equal((await index.view({ maxWait: 0 })).isComplete, false)
    assert.equal((await index.view()).isComplete, true)
    await index.close()
  })

  it('reads long items that are not indexed only as far as they can be compared in time', async () => {
    const { source, read, grow, release } = heldLog()
    const input = { entity: 'door', content: 'It opens at nine. '.repeat(100), confidence: 0.9 }
    const long = prepareFact(input, identifyFact(input), { agent: 'a', now: 0, heuristic: false })
    let items = 0
    const index = new SearchIndex({
      sources: [
        {
          ...source,
          newest: (_, limit) =>
            Promise.resolve(Array.from({ length: limit }, () => new Uint8Array(32))),
          read: async (digests) => {
            if (digests.length > 64) return source.read(digests)
            items += digests.length
            return digests.map(() => long.bytes.subarray(SEAL_BYTES))
          }
        }
      ],
      conditions: CONDITIONS
    })
    const asked = index.view({ maxWait: 0 })
    await read
    grow(5_000)
    const view = await asked
    assert.equal(view.isComplete, false)
    const found = await view.search({ text: 'door', origins: ['local'], limit: 10 })
    assert.equal(found.hits.length, 10)
    assert.ok(items >= 64 && items <= 192, String(items))
    release()
    await index.close()
  })

  it('does not wait at all if the index takes longer than that for what it lacks', async () => {
    const { source, grow, release } = heldLog()
    let time = 0
    const index = new SearchIndex({
      sources: [source],
      conditions: CONDITIONS,
      // Each look at the clock is a second later: a run takes one, whatever it indexes.
      now: () => (time += 1_000)
    })
    release()
    grow(900)
    await index.view()
    grow(1_000)
    let isAnswered = false
    const asked = index.view({ maxWait: 999 }).then((view) => {
      isAnswered = true
      return view
    })
    await new Promise(setImmediate)
    assert.equal(isAnswered, true)
    assert.equal((await asked).isComplete, false)
    assert.equal((await index.view()).isComplete, true)
    await index.close()
  })
})
