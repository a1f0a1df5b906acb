import assert from 'node:assert/strict'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { Judge } from '../../../src/judgement/index.ts'
import { FactStore, identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { ClaimHistory, searchSources } from '../../../src/knowledge/index.ts'
import { SearchIndex } from '../../../src/search/index.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import type { Publication } from '../../../crdt/index.ts'
import type { ClaimState, FactInput } from '../../../src/index.ts'

const CLAIM = { entity: 'Chrome', content: 'Stable is 84.', attribute: 'stable', value: '84' }
const FROM = Date.UTC(2022, 0)
const TO = Date.UTC(2024, 0)

interface TestHistory extends AsyncDisposable {
  /** Adds a fact of this node. */
  say(input: FactInput): Promise<unknown>
  /** Publishes the claim to the hive. */
  publish(times: { validFrom: number; validTo?: number }): Promise<unknown>
  /** Lets another author publish it. */
  hear(times: { validFrom: number }): Promise<unknown>
  /** States of the claims at a time. */
  states(at: number): Promise<ClaimState[]>
}

function publicationOf(times: { validFrom: number; validTo?: number }): Publication {
  return { record: { kind: 'fact', ...CLAIM }, confidence: 0.9, day: 0, ...times }
}

async function historyOf(k = 1): Promise<TestHistory> {
  const store = await openStore()
  const replica = await openReplica({ store })
  const facts = new FactStore({ store })
  await facts.load()
  const voteOn = replica.voteOn.bind(replica)
  const judge = new Judge({ k, voteOn })
  const index = new SearchIndex({
    sources: searchSources({
      facts,
      replica,
      judge,
      rankSkill: () => Promise.resolve({}),
      rankGoal: () => Promise.resolve(undefined)
    }),
    conditions: ['--conditions=noormme-source']
  })
  const history = new ClaimHistory({ index, facts, replica, judge })
  return {
    say: (input) =>
      facts.add([
        prepareFact(input, identifyFact(input), { agent: 'a', now: 0, heuristic: false })
      ]),
    publish: (times) => replica.publish([publicationOf(times)]),
    async hear(times) {
      await using other = await replicaOn()
      await other.replica.publish([publicationOf(times)])
      await deliver(other.replica, replica)
    },
    async states(at) {
      const claims = await history.of('Chrome', 'stable', { asOf: new Date(at) })
      return claims.map(({ state }) => state)
    },
    async [Symbol.asyncDispose]() {
      await index.close()
      await store.close()
    }
  }
}

describe('a claim', () => {
  it('holds from the very moment it begins, and no longer at the moment it ends', async () => {
    await using history = await historyOf()
    await history.publish({ validFrom: FROM, validTo: TO })
    assert.deepEqual(await history.states(FROM - 1), ['outside'])
    assert.deepEqual(await history.states(FROM), ['current'])
    assert.deepEqual(await history.states(TO - 1), ['current'])
    assert.deepEqual(await history.states(TO), ['outside'])
  })

  it('of the hive is left out while it is in quarantine', async () => {
    await using history = await historyOf(2)
    await history.hear({ validFrom: FROM })
    assert.deepEqual(await history.states(TO), [])
    await history.publish({ validFrom: FROM })
    assert.deepEqual(await history.states(TO), ['current'])
  })

  it('of this node and of the hive begins when either says it began first', async () => {
    for (const [here, inHive] of [
      [FROM, TO],
      [TO, FROM]
    ] as const) {
      await using history = await historyOf()
      await history.say({ ...CLAIM, confidence: 0.9, validFrom: new Date(here) })
      await history.publish({ validFrom: inHive })
      assert.deepEqual(await history.states(FROM - 1), ['outside'])
      assert.deepEqual(await history.states(FROM), ['current'])
    }
  })
})
