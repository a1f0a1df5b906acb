import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive } from '../../../src/index.ts'
import { epochBegin, epochOf } from '../../../crdt/index.ts'
import { ClosedSwarm } from '../../fixtures/members.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { until } from '../../fixtures/until.ts'
import type { HiveInit, HiveNode } from '../../../src/index.ts'

const QUIET = { upkeep: false } as const
const HOUR = 3_600_000
/** In seconds. */
const DAY = 24 * 60 * 60

const at = (year: number): Date => new Date(Date.UTC(year, 0))

async function say(
  { agent }: HiveNode,
  value: string,
  year: number | undefined,
  options: { readonly private?: boolean; readonly projects?: string[] } = {}
): Promise<string> {
  const since = year === undefined ? {} : { validFrom: at(year) }
  const claim = { attribute: 'port', value, ...since, ...options }
  const { id } = await agent.cortex.knowledge.distill(
    'web server',
    `It listens on ${value}.`,
    0.95,
    claim
  )
  return id
}

/** The values that `recall` gives for now. */
async function recalled({ agent }: HiveNode): Promise<unknown[]> {
  const { items } = await agent.cortex.knowledge.recall('listens on', { maxWait: Infinity })
  return items.map(({ fact }) => fact.value)
}

async function listed({ agent }: HiveNode): Promise<unknown[]> {
  const options = { maxWait: Infinity }
  const claims = await agent.cortex.knowledge.history('web server', 'port', options)
  return claims.map(({ value, validFrom, state }) => [value, validFrom?.getUTCFullYear(), state])
}

/** Votes on the records of this value, by what they state. */
async function votes(node: HiveNode, value: string): Promise<unknown[] | undefined> {
  const { hive } = node.agent.cortex
  const insights = await hive.getGlobalInsights({ limit: 100 })
  const insight = insights.find((each) => each.value === value)
  if (insight === undefined) return undefined
  const { vouches, disputes, stale, voices } = (await hive.voices(insight.id)) ?? {}
  return [vouches, disputes, stale, voices?.length]
}

describe('a claim that returns', function () {
  this.timeout(60_000)
  const signal = (): AbortSignal => AbortSignal.timeout(30_000)
  let stack: AsyncDisposableStack
  let nodes: HiveNode[]

  async function add(init: HiveInit = {}, k = 1): Promise<HiveNode> {
    const bootstrap = nodes[0]?.multiaddrs ?? []
    const { swarm, ...rest } = init
    const options = { k, bootstrap, ...(typeof swarm === 'object' ? swarm : {}) }
    const node = stack.use(await createHive({ ...QUIET, ...rest, swarm: options }))
    nodes.push(node)
    if (bootstrap.length > 0) {
      const reached = (): Promise<true | undefined> =>
        Promise.resolve(node.status.peers.some(({ gossip }) => gossip !== 'none') || undefined)
      await until(node, 'gossip:change', reached, signal())
      const { peers, failed } = await node.agent.cortex.hive.synchronize({ signal: signal() })
      assert.deepEqual([peers > 0, failed], [true, 0])
    }
    return node
  }

  async function remove(node: HiveNode): Promise<void> {
    nodes = nodes.filter((other) => other !== node)
    await node[Symbol.asyncDispose]()
  }

  async function synchronize(): Promise<void> {
    for (const node of nodes) await node.agent.cortex.hive.synchronize({ signal: signal() })
  }

  async function synced(): Promise<void> {
    const digests = async (): Promise<number> =>
      new Set(await Promise.all(nodes.map((node) => node.digest()))).size
    await synchronize()
    while ((await digests()) > 1) {
      const changes = nodes.map((node) => once(node, 'hive:change', { signal: signal() }))
      for (const change of changes) change.catch(() => undefined)
      await synchronize()
      if ((await digests()) > 1) await Promise.race(changes)
    }
    // A node has heard a peer when the peer shows entries.
    await synchronize()
  }

  async function broadcast(...from: HiveNode[]): Promise<void> {
    for (const { agent } of from) await agent.cortex.hive.broadcastKnowledge()
    await synced()
  }

  beforeEach(() => {
    stack = new AsyncDisposableStack()
    nodes = []
  })

  afterEach(() => stack.disposeAsync())

  it('is current again on other nodes, with one vote, also after a restart', async () => {
    await using directory = await temporaryDirectory()
    const b = await add()
    let a = await add({ dataDir: directory.path })
    await say(a, '80', 2020)
    await say(a, '8080', 2021)
    await broadcast(a)
    assert.deepEqual(await recalled(b), ['8080'])

    await say(a, '80', 2022)
    await broadcast(a)
    assert.deepEqual(await recalled(b), ['80'])
    assert.deepEqual(await listed(b), [
      ['80', 2022, 'current'],
      ['8080', 2021, 'superseded']
    ])
    assert.deepEqual(await votes(b, '80'), [1, 0, 0, 1])

    const { entries } = a.status
    for (let i = 0; i < 3; i++) await broadcast(a)
    assert.equal(a.status.entries, entries)

    await say(a, '8080', 2023)
    await remove(a)
    a = await add({ dataDir: directory.path })
    await synced()
    await broadcast(a)
    assert.deepEqual(await recalled(b), ['8080'])
    assert.deepEqual([a.status.authors, a.status.entries], [1, entries + 1])
    await say(a, '80', 2024)
    await broadcast(a)
    assert.deepEqual(await recalled(b), ['80'])
    assert.deepEqual(await votes(b, '80'), [1, 0, 0, 1])
    // Here each begin is known.
    assert.deepEqual(await listed(a), [
      ['80', 2024, 'current'],
      ['8080', 2023, 'superseded'],
      ['80', 2022, 'superseded'],
      ['8080', 2021, 'superseded'],
      ['80', 2020, 'superseded']
    ])
  })

  it('is published with its last begin, as a preview shows', async () => {
    const b = await add()
    const a = await add()
    const id = await say(a, '80', 2020)
    await say(a, '8080', 2021)
    await say(a, '80', 2022)
    const preview = await a.agent.cortex.hive.preview(id)
    assert.equal(preview?.insight?.validFrom, at(2022).toISOString())
    await broadcast(a)
    assert.deepEqual(await recalled(b), ['80'])
    const { entries } = a.status
    await broadcast(a)
    assert.equal(a.status.entries, entries)
  })

  it('needs k authors that state it, and no more do', async () => {
    const d = await add({}, 2)
    const [a, b, c] = [await add({}, 2), await add({}, 2), await add({}, 2)]
    for (const node of [a, b, c]) {
      await say(node, '80', 2020)
      await say(node, '8080', 2021)
    }
    await broadcast(a, b, c)
    assert.deepEqual(await recalled(d), ['8080'])
    await say(a, '80', 2022)
    await broadcast(a)
    assert.deepEqual(await recalled(d), ['8080'])
    await say(b, '80', 2023)
    await broadcast(b)
    assert.deepEqual(await recalled(d), ['80'])
    assert.deepEqual(await listed(d), [
      ['80', 2022, 'current'],
      ['8080', 2021, 'superseded'],
      ['80', 2020, 'superseded']
    ])
    const { entries } = c.status
    await say(c, '80', 2022)
    await broadcast(c)
    assert.equal(c.status.entries, entries)
    assert.deepEqual(await votes(d, '80'), [3, 0, 0, 3])
  })

  it('is current again at once in a closed swarm, as one voice, whatever the author key', async () => {
    const lab = new ClosedSwarm()
    // In the middle of an epoch.
    let time = 1_000 * (epochBegin(epochOf(Date.now() / 1_000)) + 3 * DAY)
    const clock = { now: () => time }
    const notBefore = Math.floor(time / 1_000) - 20 * DAY
    const dates = { notBefore, notAfter: notBefore + 90 * DAY }
    const members = [0, 1].map(() => lab.issue(lab.asRoot, dates))
    const statements = [lab.founding.bytes, ...members.map(({ certificate }) => certificate.bytes)]
    for (const { keys } of members) {
      const member = { seed: keys.seed, statements }
      await add({ clock, swarm: { name: lab.swarm, member } })
    }
    const [b, a] = nodes
    assert.ok(a && b)
    await say(a, '80', 2020)
    await say(a, '8080', 2021)
    await broadcast(a)
    assert.deepEqual(await recalled(b), ['8080'])
    time += 1_000 * 7 * DAY
    await say(a, '80', 2022)
    await broadcast(a)
    assert.deepEqual(a.status.unsent, { retractions: 0, votes: 0 })
    assert.deepEqual(await recalled(b), ['80'])
    assert.deepEqual((await votes(b, '80'))?.slice(0, 3), [1, 0, 0])
    assert.equal(a.status.authors, 2)
  })

  it('is retracted and leaves hours later where the vote has an earlier author key', async () => {
    await using directory = await temporaryDirectory()
    let time = Date.UTC(2026, 5)
    const clock = { now: () => time }
    const swarm = { epoch: 100 * HOUR }
    const b = await add({ swarm, clock })
    const open = (): Promise<HiveNode> => add({ dataDir: directory.path, swarm, clock })
    let a = await open()
    await say(a, '80', 2020)
    await say(a, '8080', 2021)
    await broadcast(a)

    time += 100 * HOUR
    await say(a, '80', 2022)
    await broadcast(a)
    assert.deepEqual(await recalled(a), ['80'])
    assert.equal(a.status.unsent.votes, 1)
    const isGone = async (): Promise<true | undefined> =>
      (await votes(b, '80')) === undefined || undefined
    await until(b, 'hive:change', isGone, signal())
    assert.deepEqual(await recalled(b), ['8080'])

    // A start looks what may leave.
    for (let i = 0; i < 2; i++) {
      await remove(a)
      time += 7 * HOUR
      a = await open()
      await synced()
    }
    await until(b, 'hive:change', () => votes(b, '80'), signal())
    assert.deepEqual(await recalled(b), ['80'])
    assert.deepEqual(await votes(b, '80'), [1, 0, 0, 1])
    const { entries } = a.status
    await broadcast(a)
    assert.equal(a.status.entries, entries)
  })
})

describe('a claim that is said again', () => {
  /** Entries that a second broadcast publishes, after what `change` says. */
  async function published(
    change: (node: HiveNode, id: string) => Promise<unknown>,
    year = 2020
  ): Promise<number> {
    await using node = await createHive({ ...QUIET, swarm: false })
    const { hive } = node.agent.cortex
    const id = await say(node, '80', year)
    await hive.broadcastKnowledge()
    const { entries } = node.status
    await change(node, id)
    await hive.broadcastKnowledge()
    const after = node.status.entries
    await hive.broadcastKnowledge()
    assert.equal(node.status.entries, after)
    return after - entries
  }

  it('is not stated again without another value in between', async () => {
    assert.equal(await published((node) => say(node, '80', 2022)), 0)
  })

  it('is not stated again for a value that no peer can know', async () => {
    for (const kept of [{ private: true }, { projects: ['shop'] }]) {
      const entries = await published(async (node) => {
        await say(node, '8080', 2021, kept)
        await say(node, '80', 2022)
      })
      assert.equal(entries, 0)
    }
  })

  it('is not stated again while another value is current, or before its time', async () => {
    const superseded = async (node: HiveNode): Promise<void> => {
      for (const [value, year] of [
        ['8080', 2021],
        ['80', 2022],
        ['443', 2023]
      ] as const) {
        await say(node, value, year)
      }
    }
    // One entry has both other values.
    assert.equal(await published(superseded), 1)
    const toCome = async (node: HiveNode): Promise<void> => {
      await say(node, '8080', 2021)
      await say(node, '80', 2999)
    }
    assert.equal(await published(toCome), 1)
  })

  it('is not stated again against what this node has said of the record since', async () => {
    for (const vote of ['dispute', 'stale', 'retract'] as const) {
      const entries = await published(async (node, id) => {
        const { hive } = node.agent.cortex
        await say(node, '8080', 2021)
        await hive.broadcastKnowledge()
        await (vote === 'stale' ? hive.stale(id) : hive[vote](id))
        await say(node, '80', 2022)
      })
      assert.equal(entries, vote === 'retract' ? 1 : 2, vote)
    }
  })

  it('is stated again once for many begins, and by promote', async () => {
    const often = async (node: HiveNode): Promise<void> => {
      for (let year = 2000; year < 2020; year++) {
        await say(node, year % 2 === 0 ? '8080' : '80', year)
      }
    }
    // The other value, and the begin of 2019.
    assert.equal(await published(often, 1999), 2)
    const promoted = async (node: HiveNode, id: string): Promise<void> => {
      const { hive } = node.agent.cortex
      await say(node, '8080', 2021)
      await say(node, '80', 2022)
      const { entries } = node.status
      for (let i = 0; i < 2; i++) {
        assert.equal((await hive.promoteToGlobalStore(id)).status, 'already')
        assert.equal(node.status.entries, entries + 1)
      }
    }
    assert.equal(await published(promoted), 2)
  })

  it('waits for its time, also over a restart', async () => {
    await using directory = await temporaryDirectory()
    let time = at(2025).getTime()
    const init = {
      ...QUIET,
      swarm: false,
      dataDir: directory.path,
      clock: { now: () => time }
    } as const
    let first: number
    {
      await using node = await createHive(init)
      await say(node, '80', 2020)
      await say(node, '8080', 2021)
      await node.agent.cortex.hive.broadcastKnowledge()
      await say(node, '80', 2026)
      await node.agent.cortex.hive.broadcastKnowledge()
      first = node.status.entries
      assert.equal(first, 1)
      time = at(2027).getTime()
      await node.agent.cortex.hive.broadcastKnowledge({ minConfidence: 1 })
      assert.equal(node.status.entries, first)
    }
    await using node = await createHive(init)
    await node.agent.cortex.hive.broadcastKnowledge()
    // This run has another author key, so the vote is held.
    assert.deepEqual([node.status.entries, node.status.unsent.votes], [first, 1])
    await node.agent.cortex.hive.broadcastKnowledge()
    assert.deepEqual([node.status.entries, node.status.unsent.votes], [first, 1])
  })

  it('is dated where it had no time before', async () => {
    await using node = await createHive({ ...QUIET, swarm: false })
    const { hive } = node.agent.cortex
    const id = await say(node, '80', undefined)
    await say(node, '8080', undefined)
    await hive.broadcastKnowledge()
    await say(node, '80', 2022)
    await hive.broadcastKnowledge()
    assert.deepEqual(await listed(node), [
      ['80', 2022, 'current'],
      ['8080', undefined, 'superseded']
    ])
    const insights = await hive.getGlobalInsights()
    const dated = insights.find((insight) => insight.id === id)
    assert.equal(dated?.value, '80')
    assert.equal(node.status.entries, 2)
  })
})
