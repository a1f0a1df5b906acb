import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { Judge } from '../../../src/judgement/index.ts'
import { FactStore, identifyFact, prepareFact } from '../../../src/facts/index.ts'
import { ClaimHistory, searchSources } from '../../../src/knowledge/index.ts'
import { SearchIndex } from '../../../src/search/index.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import type { Publication, Replica } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'
import type { Claim, ClaimState, FactInput } from '../../../src/index.ts'

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
  /** Takes in what another author publishes. */
  take(from: Replica): Promise<void>
  /** States of the claims at a time. */
  states(at: number): Promise<ClaimState[]>
  /** Values that are current at a time. */
  values(at: number): Promise<string[]>
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
  const claimsAt = (at: number): Promise<Claim[]> =>
    history.of('Chrome', 'stable', { asOf: new Date(at) })
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
    take: (from) => deliver(from, replica),
    async states(at) {
      return (await claimsAt(at)).map(({ state }) => state)
    },
    async values(at) {
      const claims = await claimsAt(at)
      return claims.filter(({ state }) => state === 'current').map(({ value }) => value)
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

const K = 2
const [FIRST, SECOND, THIRD] = [Date.UTC(2020, 0), Date.UTC(2022, 0), Date.UTC(2024, 0)]
const NOW = Date.UTC(2026, 0)

/** A replica whose author says at what times the attribute took a value. */
async function authorOf(
  values: readonly (readonly [value: string, validFrom: number])[]
): Promise<TestReplica> {
  const author = await replicaOn()
  const publications = values.map(([value, validFrom]) => ({
    record: { kind: 'fact' as const, ...CLAIM, content: `Stable is ${value}.`, value },
    confidence: 0.9,
    day: 0,
    validFrom
  }))
  await author.replica.publish(publications)
  return author
}

describe('an attribute that returns to a value', () => {
  it('has it on every node, in whatever order the authors are heard', async () => {
    const delay = fc.nat(100)
    // Some have seen all, others came later; there may be more authors than a row lists.
    const authors = fc.tuple(
      fc.array(fc.tuple(fc.constant(FIRST), delay), { minLength: K, maxLength: 5 }),
      fc.array(fc.tuple(fc.constant(THIRD), delay), { minLength: K, maxLength: 5 }),
      fc.array(delay, { minLength: K, maxLength: 3 })
    )
    await fc.assert(
      fc.asyncProperty(
        authors,
        fc.infiniteStream(fc.nat()),
        async ([early, late, others], rank) => {
          await using stack = new AsyncDisposableStack()
          const replicas: Replica[] = []
          for (const [time, wait] of [...early, ...late]) {
            replicas.push(stack.use(await authorOf([['A', time + wait]])).replica)
          }
          for (const wait of others) {
            replicas.push(stack.use(await authorOf([['B', SECOND + wait]])).replica)
          }
          await using one = await historyOf(K)
          await using other = await historyOf(K)
          for (const replica of replicas) await one.take(replica)
          const shuffled = replicas
            .map((replica) => ({ replica, at: rank.next().value ?? 0 }))
            .toSorted((a, b) => a.at - b.at)
          for (const { replica } of shuffled) await other.take(replica)
          for (const node of [one, other]) {
            assert.deepEqual(await node.values(NOW), ['A'])
            assert.deepEqual(await node.values(THIRD - 1), ['B'])
            assert.deepEqual(await node.values(SECOND - 1), ['A'])
          }
        }
      ),
      { numRuns: 4, interruptAfterTimeLimit: 40_000 }
    )
  })

  it('does not return because fewer authors than k say so, nor to what they say', async () => {
    await using node = await historyOf(K)
    for (const values of [
      [
        ['A', FIRST],
        ['B', SECOND]
      ],
      [
        ['A', FIRST],
        ['B', SECOND]
      ],
      [['A', THIRD]]
    ] as const) {
      await using author = await authorOf(values)
      await node.take(author.replica)
    }
    assert.deepEqual(await node.values(NOW), ['B'])
    await using second = await authorOf([['A', THIRD + 1]])
    await node.take(second.replica)
    assert.deepEqual(await node.values(NOW), ['A'])
    assert.deepEqual(await node.values(THIRD - 1), ['B'])
  })
})
