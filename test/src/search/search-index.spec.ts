import assert from 'node:assert/strict'
import { SEAL_BYTES } from '../../../crdt/bytes/index.ts'
import { identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { SearchIndex } from '../../../src/search/index.ts'
import { IndexTurns } from '../../../src/search/index-turns.ts'
import type { SearchOrigin, SearchSource } from '../../../src/search/index.ts'

interface HeldLog {
  readonly source: SearchSource
  /** Resolves when the index reads items. */
  readonly read: Promise<void>
  /** Adds items to the log. */
  grow(items: number): void
  /** Lets the reads end. */
  release(): void
}

/** A log of removed items, of which each read waits; a part has 100 of them. */
function heldLog(
  origin: SearchOrigin = 'local',
  onRead: (items: number) => void = () => undefined
): HeldLog {
  let end = 100
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  return {
    source: {
      origin,
      end: () => end,
      async *log(from) {
        for (let at = from; at < end;) {
          const digests = Array.from({ length: Math.min(100, end - at) }, () => new Uint8Array(32))
          at += digests.length
          yield await Promise.resolve({ digests, next: at })
        }
      },
      newest: () => Promise.resolve([]),
      async read(digests) {
        onRead(digests.length)
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

  it('of what this node stores waits for nothing that it received', async () => {
    const hive = heldLog('hive')
    const local = heldLog('local')
    local.release()
    const sources = [local.source, hive.source]
    const index = new SearchIndex({ sources, conditions: CONDITIONS })
    const all = index.view({ maxWait: Infinity })
    await hive.read
    assert.equal((await index.view({ origins: ['local'] })).isComplete, true)
    hive.release()
    assert.equal((await all).isComplete, true)
    await index.close()
  })

  it('has what this node stores after the batch that is on its way', async () => {
    const reads: string[] = []
    const hive = heldLog('hive', (items) => reads.push(`hive ${items}`))
    const local = heldLog('local', (items) => reads.push(`local ${items}`))
    hive.grow(1_400)
    local.release()
    const sources = [local.source, hive.source]
    const index = new SearchIndex({ sources, conditions: CONDITIONS })
    const all = index.view({ maxWait: Infinity })
    await hive.read
    local.grow(7)
    hive.release()
    assert.equal((await all).isComplete, true)
    assert.deepEqual(reads.slice(-5), ['hive 16', 'local 7', 'hive 500', 'hive 500', 'hive 484'])
    await index.close()
  })
})

describe('the steps of an index', () => {
  it('wait for a question, and no longer than they must while questions come', async () => {
    const turns = new IndexTurns()
    await turns.pass()
    turns.asked()
    const passed = turns.pass().then(() => true)
    const isPassed = (): Promise<boolean> =>
      Promise.race([passed, new Promise(setImmediate).then(() => false)])
    assert.equal(await isPassed(), false)
    // Without a bound this would never end.
    do turns.asked()
    while (!(await isPassed()))
  })
})
