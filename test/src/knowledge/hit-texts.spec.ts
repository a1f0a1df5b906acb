import assert from 'node:assert/strict'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { FactStore, identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { Judge } from '../../../src/judgement/index.ts'
import { HitTexts } from '../../../src/knowledge/hit-texts.ts'
import type { SearchHit } from '../../../src/search/index.ts'

describe('the texts of hits', () => {
  it('are read with one call for each store, in the order of the hits', async () => {
    const store = await openStore()
    const facts = new FactStore({ store })
    await facts.load()
    const inputs = ['one', 'two', 'three'].map((content) => ({
      entity: 'e',
      content,
      confidence: 0.9
    }))
    const stored = inputs.map((input) =>
      prepareFact(input, identifyFact(input), { agent: 'a', now: 0, heuristic: false })
    )
    await facts.add(stored)
    const replica = await openReplica({ store })
    const publish = (content: string) => ({
      record: { kind: 'insight' as const, entity: 'e', content },
      confidence: 0.9,
      day: 20_000
    })
    await replica.publish([publish('four'), publish('five')])
    const published: Uint8Array[] = []
    for await (const { digests } of replica.recordLog(0)) published.push(...digests)
    let reads = 0
    const texts = new HitTexts({
      facts: {
        getMany: (digests) => {
          reads += 1
          return facts.getMany(digests)
        }
      },
      replica: {
        getMany: (digests) => {
          reads += 1
          return replica.getMany(digests)
        }
      },
      judge: new Judge({ k: 1, voteOn: () => Promise.resolve(undefined) })
    })
    const local = stored.map(({ digest }) => ({ digest, origin: 'local' as const, score: 1 }))
    const hive = published.map((digest) => ({ digest, origin: 'hive' as const, score: 1 }))
    const gone = { digest: new Uint8Array(32), origin: 'local' as const, score: 1 }
    const hits: SearchHit[] = [...hive, gone, ...local.toReversed()]
    const found = await texts.read(hits, new Date())
    assert.deepEqual(
      found.map((text) => text?.content),
      ['four', 'five', undefined, 'three', 'two', 'one']
    )
    assert.equal(reads, 2)
    await store.close()
  })
})
