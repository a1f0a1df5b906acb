import assert from 'node:assert/strict'
import { toHex } from '../../../crdt/bytes/index.ts'
import { FactStore, prepareFact } from '../../../src/facts/index.ts'
import { identifyFact } from '../../../src/fact-format/index.ts'
import { Candidates } from '../../../src/knowledge/index.ts'
import { countingStore } from '../../fixtures/counting-store.ts'
import type { Counts } from '../../fixtures/counting-store.ts'
import type { CandidateBatch, PromotedFact } from '../../../src/knowledge/index.ts'
import type { Store } from '../../../crdt/index.ts'

const FACTS = 100

interface Found {
  readonly store: Store
  readonly counts: Counts
  readonly candidates: Candidates
  readonly facts: FactStore
}

/** A store of facts, one of which waits. */
async function found(count = FACTS): Promise<Found> {
  const { store, counts } = await countingStore()
  const facts = new FactStore({ store })
  await facts.load()
  await facts.add(
    Array.from({ length: count }, (_, i) => {
      const input = { entity: 'gap', content: `Support since version ${i}.`, confidence: 0.95 }
      return prepareFact(input, identifyFact(input), { agent: 'a', now: 0, heuristic: false })
    })
  )
  return { store, counts, facts, candidates: new Candidates(store, facts) }
}

function promotedOf({ facts }: CandidateBatch): PromotedFact[] {
  return facts.map(({ digest, agent }) => ({ fact: digest, record: digest, agent, at: 1 }))
}

describe('candidates for promotion', () => {
  it('that entries have published are looked up and written no further', async () => {
    const { store, counts, candidates } = await found()
    counts.gets = 0
    const [batch] = await Array.fromAsync(candidates.batches(FACTS))
    assert.ok(batch !== undefined)
    assert.equal(batch.facts.length, FACTS)
    // The fact, and whether it was promoted; the cursor.
    assert.equal(counts.gets, 2 * FACTS + 1)
    const promoted = promotedOf(batch)
    const operations = promoted.flatMap((each) => candidates.promotion(each))
    assert.equal(operations.length, 3 * FACTS)
    await store.commit(operations)
    counts.gets = 0
    counts.commits = []
    await candidates.recordOutcomes(batch, { promoted, unchanged: [], settled: new Set() })
    assert.deepEqual([counts.gets, counts.commits], [0, [1]])
    assert.deepEqual(await Array.fromAsync(candidates.batches(FACTS)), [])
    await store.close()
  })

  it('whose records had the vote of this node are stored as standing on them', async () => {
    const { store, candidates } = await found(2)
    const [batch] = await Array.fromAsync(candidates.batches(FACTS))
    assert.ok(batch !== undefined)
    const promoted = promotedOf(batch)
    const [first, second] = promoted
    assert.ok(first !== undefined && second !== undefined)
    await store.commit(candidates.promotion(first))
    const unchanged = [second.record.slice()]
    await candidates.recordOutcomes(batch, { promoted, unchanged, settled: new Set() })
    const standing = await Promise.all(
      promoted.map(({ record }) => candidates.publications.of(record))
    )
    assert.deepEqual(
      standing.flat().map(({ isSigned }) => isSigned),
      [true, false]
    )
    const records = await candidates.recordsOf(promoted.map(({ fact }) => fact))
    assert.ok(records.every((record) => record !== undefined))
    await store.close()
  })

  it('that wait are considered once in a broadcast, also where they changed meanwhile', async () => {
    const { store, candidates, facts } = await found(2)
    for await (const batch of candidates.batches(FACTS)) {
      await candidates.recordOutcomes(batch, { promoted: [], unchanged: [], settled: new Set() })
    }
    const [waiting] = await Array.fromAsync(candidates.batches(FACTS))
    const [first] = waiting?.facts ?? []
    assert.ok(first !== undefined)
    assert.ok(await facts.setStale(first.digest, true))
    assert.ok(await facts.setStale(first.digest, false))
    // Another run has another filter of what waits.
    for (const each of [candidates, new Candidates(store, facts)]) {
      const batches = await Array.fromAsync(each.batches(FACTS))
      assert.deepEqual(
        batches.map((batch) => batch.facts.length),
        [2, 0]
      )
    }
    await store.close()
  })

  it('wait no longer once they were promoted, also where a crash came before the outcome', async () => {
    const { store, candidates, facts } = await found(3)
    for await (const batch of candidates.batches(FACTS)) {
      await candidates.recordOutcomes(batch, { promoted: [], unchanged: [], settled: new Set() })
    }
    const [waiting] = await Array.fromAsync(candidates.batches(FACTS))
    assert.ok(waiting !== undefined)
    const [promoted] = promotedOf(waiting)
    const [, stale, kept] = waiting.facts
    assert.ok(promoted !== undefined && stale !== undefined && kept !== undefined)
    // What an entry commits; the outcome does not follow.
    await store.commit(candidates.promotion(promoted))
    await facts.setStale(stale.digest, true)
    const again = new Candidates(store, facts)
    for await (const batch of again.batches(FACTS)) {
      await again.recordOutcomes(batch, { promoted: [], unchanged: [], settled: new Set() })
    }
    const section = store.section('candidates')
    const rows = await Array.fromAsync(section.entries(), ([key]) => toHex(key))
    assert.deepEqual(rows, [toHex(kept.digest)])
    await facts.setStale(stale.digest, false)
    const batches = await Array.fromAsync(again.batches(FACTS))
    assert.deepEqual(
      batches.map((batch) => batch.facts.length),
      [1, 1]
    )
    await store.close()
  })
})
