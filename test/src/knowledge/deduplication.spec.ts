import assert from 'node:assert/strict'
import { once } from 'node:events'
import { FactStore } from '../../../src/facts/index.ts'
import { identifyFact } from '../../../src/fact-format/fact.ts'
import { prepareFact } from '../../../src/facts/prepared-fact.ts'
import type { FactInput, HiveNode, HiveInit } from '../../../src/index.ts'
import type { PreparedFact } from '../../../src/facts/prepared-fact.ts'
import { openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { createHive, generateSwarmKey } from '../../../src/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Store } from '../../../crdt/index.ts'

type SwarmOptions = Exclude<HiveInit['swarm'], false>

const signal = (): AbortSignal => AbortSignal.timeout(15_000)
const BLOOM = { enableBloomHeuristic: true }

/** Nodes that exchange filters when they are told to, and nothing else by themselves. */
const QUIET = { k: 1, gossip: false, syncInterval: 0, filterInterval: 0 }

async function joined(
  to: HiveNode,
  swarm: SwarmOptions = {},
  init: HiveInit = {}
): Promise<HiveNode> {
  const node = await createHive({
    ...init,
    swarm: { ...QUIET, ...swarm, bootstrap: to.multiaddrs }
  })
  await once(node, 'filter:change', { signal: signal() })
  await node.agent.cortex.hive.synchronize()
  return node
}

describe('de-duplication across peers', () => {
  it('corroborates through a filter alone what a peer observed first', async () => {
    await using a = await createHive({ swarm: QUIET })
    await a.agent.cortex.knowledge.distill('Event', 'Sensor 7 reads 21 degrees.', 0.99, BLOOM)
    await using b = await joined(a)
    const { knowledge } = b.agent.cortex
    const first = await knowledge.distill('Event', 'Sensor 7 reads 21 degrees.', 0.99, BLOOM)
    assert.deepEqual([first.status, first.path], ['corroborated', 'bloom'])
    const again = await knowledge.distill('Event', 'Sensor 7 reads 21 degrees.', 0.99, BLOOM)
    assert.deepEqual([again.status, again.path], ['duplicate', 'exact'])
    const other = await knowledge.distill('Event', 'Sensor 8 reads 21 degrees.', 0.99, BLOOM)
    assert.deepEqual([other.status, other.path], ['new', 'bloom'])
    const plain = await knowledge.distill('Event', 'Sensor 9 reads 21 degrees.', 0.99)
    assert.deepEqual([plain.status, plain.path], ['new', 'semantic'])
    assert.equal(b.status.facts, 3)
    assert.equal(b.status.entries, 0)
    await a.agent.cortex.knowledge.distill('Event', 'Sensor 10 is new.', 0.9)
    await b.agent.cortex.hive.synchronize()
    const later = await knowledge.distill('Event', 'Sensor 10 is new.', 0.9, BLOOM)
    assert.equal(later.status, 'corroborated')
  })

  it('counts what was corroborated among many', async () => {
    const key = generateSwarmKey()
    await using a = await createHive({ swarm: { ...QUIET, key } })
    const facts = (from: number, count: number): FactInput[] =>
      Array.from({ length: count }, (_, i) => ({
        entity: 'e',
        content: `fact number ${from + i}`,
        confidence: 0.9,
        enableBloomHeuristic: true
      }))
    await a.agent.cortex.knowledge.distillMany(facts(0, 2_000))
    await using b = await joined(a, { key })
    const report = await b.agent.cortex.knowledge.distillMany([
      ...facts(1_000, 2_000),
      ...facts(0, 10)
    ])
    assert.equal(report.read, 2_010)
    assert.ok(report.corroborated >= 1_010 && report.corroborated <= 1_030)
    assert.equal(report.new + report.corroborated, 2_010)
  })

  it('tells nobody of facts that are private, nor of any where authors must not be traced', async () => {
    await using a = await createHive({ swarm: QUIET })
    await a.agent.cortex.knowledge.distill('e', 'shared', 0.9)
    await a.agent.cortex.knowledge.distill('e', 'kept', 0.9, { private: true })
    await using b = await joined(a)
    const kept = await b.agent.cortex.knowledge.distill('e', 'kept', 0.9, BLOOM)
    assert.equal(kept.status, 'new')
    await a.agent.cortex.knowledge.distill('e', 'kept too', 0.9, { private: true })
    await a.agent.cortex.janitor.rebuildBloomFilter()
    await b.agent.cortex.hive.synchronize()
    const statuses = []
    for (const content of ['kept too', 'shared']) {
      statuses.push((await b.agent.cortex.knowledge.distill('e', content, 0.9, BLOOM)).status)
    }
    assert.deepEqual(statuses, ['new', 'corroborated'])
    await using c = await createHive({ swarm: { ...QUIET, k: 2 } })
    await c.agent.cortex.knowledge.distill('e', 'shared', 0.9)
    await using d = await joined(c)
    const shared = await d.agent.cortex.knowledge.distill('e', 'shared', 0.9, BLOOM)
    assert.equal(shared.status, 'new')
  })

  it('withholds, where authors must not be traced, what peers once were told of', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    let now = Date.UTC(2026, 0)
    const init = { dataDir, clock: { now: () => now } }
    {
      await using db = await createHive({ ...init, swarm: QUIET })
      await db.agent.cortex.knowledge.distill('e', 'told to peers', 0.99)
    }
    {
      // Peers may have been told until this very moment.
      await using db = await createHive({ ...init, swarm: { ...QUIET, k: 2 } })
      now += 1
      await db.agent.cortex.knowledge.distill('e', 'told to nobody', 0.99)
      const { promoted, withheld } = await db.agent.cortex.hive.broadcastKnowledge()
      assert.equal(promoted, 1)
      assert.match(withheld[0]?.reason ?? '', /link the fact to this node/)
    }
    await using db = await createHive({ ...init, swarm: QUIET })
    assert.equal((await db.agent.cortex.hive.broadcastKnowledge()).promoted, 1)
  })

  it('tells peers, once in a swarm again, what was learned while there was none', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = directory.path
    {
      await using db = await createHive({ dataDir, swarm: QUIET })
      await db.agent.cortex.knowledge.distill('e', 'online', 0.99)
    }
    {
      await using db = await createHive({ dataDir, swarm: false })
      await db.agent.cortex.knowledge.distill('e', 'offline', 0.99)
    }
    await using a = await createHive({ dataDir, swarm: QUIET })
    await using b = await joined(a)
    for (const content of ['online', 'offline']) {
      const { status } = await b.agent.cortex.knowledge.distill('e', content, 0.9, BLOOM)
      assert.equal(status, 'corroborated')
    }
  })

  it('votes, and does not copy, where a peer has published', async () => {
    await using a = await createHive({ swarm: { ...QUIET, stem: false } })
    await a.agent.cortex.knowledge.distill('e', 'found twice', 0.9)
    await a.agent.cortex.hive.broadcastKnowledge()
    await using b = await joined(a, { mode: 'light' })
    await b.agent.cortex.knowledge.distill('e', 'found twice', 0.9)
    const report = await b.agent.cortex.hive.broadcastKnowledge()
    assert.deepEqual([report.promoted, report.corroborated], [0, 1])
  })

  it('is not corroborated by what this node itself has published', async () => {
    await using db = await createHive({ swarm: { ...QUIET, stem: false } })
    const { knowledge, hive } = db.agent.cortex
    await knowledge.distill('build', 'Clear /home/ada/.cache first.', 0.99)
    await hive.broadcastKnowledge()
    const [insight] = await hive.getGlobalInsights()
    assert.equal(insight?.content, 'Clear <PATH_1> first.')
    const { status } = await knowledge.distill('build', insight.content, 0.99, BLOOM)
    assert.equal(status, 'new')
  })

  it('tells nobody what it is about to publish, where own entries are hidden', async () => {
    const askedFor = async (swarm: SwarmOptions): Promise<string[]> => {
      await using spy = await startNode({ filterInterval: 0, gossip: false })
      const asked: string[] = []
      const { publicView } = spy.replica
      const bodies = publicView.bodies.bind(publicView)
      publicView.bodies = (digests) => {
        asked.push(...digests.map(toHex))
        return bodies(digests)
      }
      await using b = await joined(await hiveOf(spy), swarm)
      const { digest } = prepared({ entity: 'e', content: 'guessed', confidence: 1 })
      spy.replica.published.insert([spy.replica.elementOf(digest)])
      await b.agent.cortex.hive.synchronize()
      const { id } = await b.agent.cortex.knowledge.distill('e', 'guessed', 1, BLOOM)
      await b.agent.cortex.hive.promoteToGlobalStore(id)
      await b.agent.cortex.knowledge.distill('e', 'not guessed', 1)
      assert.equal((await b.agent.cortex.hive.broadcastKnowledge()).promoted, 1)
      return asked
    }
    assert.deepEqual(await askedFor({ gossip: true }), [])
    assert.equal((await askedFor({ stem: false })).length, 1)
  })

  it('publishes all the same what a peer only claims to have', async () => {
    await using liar = await startNode({ filterInterval: 0, gossip: false })
    await using b = await joined(await hiveOf(liar), {})
    const { digest } = prepared({ entity: 'e', content: 'claimed', confidence: 1 })
    liar.replica.published.insert([liar.replica.elementOf(digest)])
    await b.agent.cortex.hive.synchronize()
    const { status } = await b.agent.cortex.knowledge.distill('e', 'claimed', 1, BLOOM)
    assert.equal(status, 'corroborated')
    const report = await b.agent.cortex.hive.broadcastKnowledge()
    assert.deepEqual([report.promoted, report.corroborated], [1, 0])
    const [insight] = await b.agent.cortex.hive.getGlobalInsights()
    assert.equal(insight?.content, 'claimed')
  })

  it('loses nothing to a false positive of its own filter', async () => {
    const store = await openStore()
    const facts = new FactStore({ store })
    await facts.load()
    const fact = prepared({ entity: 'e', content: 'c', confidence: 1 })
    facts.filter.insert([fact.digest])
    assert.deepEqual(await facts.add([fact]), [{ status: 'new', lookedUp: true }])
    assert.ok(await facts.has(fact.digest))
    assert.equal(facts.filterStatistics.falsePositives, 1)
    await store.close()
  })

  it('forgets in its filters, once rebuilt, what was forgotten', async () => {
    await using a = await createHive({ swarm: QUIET })
    const { id } = await a.agent.cortex.knowledge.distill('e', 'to forget', 0.9)
    await a.agent.cortex.knowledge.distill('e', 'to keep', 0.9)
    await using b = await joined(a)
    await a.agent.cortex.knowledge.forget(id)
    const report = await a.agent.cortex.janitor.rebuildBloomFilter()
    assert.equal(report.elements, 2)
    assert.ok(report.falsePositiveRate < 0.01)
    await b.agent.cortex.hive.synchronize()
    const { knowledge } = b.agent.cortex
    assert.equal((await knowledge.distill('e', 'to forget', 0.9, BLOOM)).status, 'new')
    assert.equal((await knowledge.distill('e', 'to keep', 0.9, BLOOM)).status, 'corroborated')
  })

  it('says what its filter spared', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, metrics } = db.agent.cortex
    assert.deepEqual(metrics.getHeuristicPerformance(), {
      bloomHitRate: 0,
      falsePositives: 0,
      lookupsAvoided: 0,
      millisecondsSaved: 0,
      checked: 0,
      paths: { memory: 0, filter: 0, disk: 0, text: 0 }
    })
    for (const content of ['a', 'b', 'c', 'a']) await knowledge.distill('e', content, 0.9, BLOOM)
    const { millisecondsSaved, ...counts } = metrics.getHeuristicPerformance()
    assert.deepEqual(counts, {
      bloomHitRate: 0.25,
      falsePositives: 0,
      lookupsAvoided: 4,
      checked: 4,
      paths: { memory: 1, filter: 3, disk: 0, text: 0 }
    })
    assert.equal(millisecondsSaved, 0)
  })
})

describe('facts on disk', () => {
  const failed = { code: 'STORE_WRITE_FAILED' }
  const CLAIM = { entity: 'e', content: 'The a of e is v.', attribute: 'a', value: 'v' }
  const fact = (content: string): PreparedFact => prepared({ entity: 'e', content, confidence: 1 })

  async function factsOn(store: Store): Promise<FactStore> {
    const facts = new FactStore({ store })
    await facts.load()
    return facts
  }

  it('are not duplicates of a fact whose write fails, under way or over', async () => {
    const { database, failNext } = failingDatabase()
    const store = await openStore(database)
    const facts = await factsOn(store)
    await facts.add([fact('kept')])
    const { bytes } = facts
    failNext()
    const first = assert.rejects(facts.add([fact('lost')]), failed)
    // The write is under way by the next turn, and does not end in it.
    await new Promise<void>((resolve) => process.nextTick(resolve))
    await assert.rejects(facts.add([fact('lost')]), failed)
    await first
    assert.equal(
      facts.isRedundant(fact('lost').digestKey, { entity: 'e', content: 'lost', confidence: 1 }),
      false
    )
    assert.deepEqual(await facts.add([fact('kept')]), [{ status: 'duplicate', lookedUp: true }])
    assert.deepEqual([facts.count, facts.bytes], [1, bytes])
    // The filter has no more than the disk.
    assert.deepEqual(await facts.add([fact('lost')]), [{ status: 'new', lookedUp: false }])
    assert.deepEqual(await facts.add([fact('lost')]), [{ status: 'duplicate', lookedUp: true }])
    assert.equal(facts.count, 2)
    await store.close()
  })

  it('stay when their removal fails, and are gone once it is acknowledged', async () => {
    const { database, writes, failNext } = failingDatabase()
    const store = await openStore(database)
    const facts = await factsOn(store)
    const claim = prepared({ ...CLAIM, confidence: 1 })
    const { digest } = claim
    await facts.add([claim])
    const { bytes } = facts
    failNext()
    await assert.rejects(facts.forget([digest]), failed)
    assert.ok(await facts.has(digest))
    assert.equal(await facts.forget([fact('another').digest]), false)
    assert.deepEqual([facts.count, facts.bytes, facts.logEnd], [1, bytes, 1])
    const before = writes.length
    assert.equal(await facts.forget([digest]), true)
    assert.equal(writes.length, before + 1)
    // In the log once more: what follows it learns that the fact is gone.
    assert.deepEqual([facts.count, facts.bytes, facts.logEnd], [0, 0, 2])
    const [logged] = await Array.fromAsync(facts.log(1))
    assert.deepEqual(logged?.digests.map(toHex), [toHex(digest)])
    await store.close()
  })

  it('are known after a restart, also those added after the filter was saved', async () => {
    const store = await openStore()
    const contents = Array.from({ length: 17_000 }, (_, i) => `fact ${i}`)
    {
      const facts = await factsOn(store)
      await facts.add(contents.slice(0, 16_990).map(fact))
      await facts.filter.checkpoint()
      await facts.add(contents.slice(16_990).map(fact))
    }
    const facts = await factsOn(store)
    const added = await facts.add(contents.slice(16_980).map(fact))
    assert.ok(added.every(({ status }) => status === 'duplicate'))
    assert.equal(facts.count, 17_000)
    await store.close()
  })
})

describe('a light node', () => {
  it('holds no feeds of others, knows the swarm by its filters, promotes, votes and fetches', async () => {
    await using a = await createHive({ swarm: { ...QUIET, gossip: true, stem: false } })
    for (const content of ['one', 'two', 'three']) {
      await a.agent.cortex.knowledge.distill('e', content, 0.95)
    }
    await a.agent.cortex.hive.broadcastKnowledge()
    await using light = await joined(a, { mode: 'light', gossip: true })
    const { knowledge, hive } = light.agent.cortex
    assert.equal((await knowledge.distill('e', 'one', 0.95, BLOOM)).status, 'corroborated')
    assert.equal((await knowledge.distill('e', 'mine', 0.95, BLOOM)).status, 'new')
    const change = once(a, 'hive:change', { signal: signal() })
    const report = await hive.broadcastKnowledge()
    assert.deepEqual([report.promoted, report.corroborated], [1, 1])
    await change
    const insights = await a.agent.cortex.hive.getGlobalInsights()
    assert.deepEqual(
      new Map(insights.map(({ content, corroboration }) => [content, corroboration])),
      new Map([
        ['mine', 1],
        ['one', 2],
        ['three', 1],
        ['two', 1]
      ])
    )
    assert.equal(light.status.authors, 1)
    const two = insights.find(({ content }) => content === 'two')
    const fetched = await hive.fetch(two?.id ?? '')
    assert.deepEqual([fetched?.kind, fetched?.content], ['fact', 'two'])
    assert.equal(await hive.fetch('0'.repeat(64)), undefined)
    assert.equal(light.status.swarm?.mode, 'light')
    assert.equal(light.status.offences + a.status.offences, 0)
  })
})

function prepared(input: FactInput): PreparedFact {
  return prepareFact(input, identifyFact(input), { agent: 'test', now: 0, heuristic: false })
}

/** As much of a hive as another one needs to join it. */
async function hiveOf(node: Awaited<ReturnType<typeof startNode>>): Promise<HiveNode> {
  await node.replica.publish([publication('something')])
  return { multiaddrs: node.swarm.multiaddrs } as HiveNode
}
