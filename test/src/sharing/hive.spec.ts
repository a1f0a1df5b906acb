import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive, HiveError } from '../../../src/index.ts'
import type { HiveNode, HiveInit } from '../../../src/index.ts'

const WEEK = 7 * 24 * 60 * 60 * 1000

describe('the hive', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000)

  /** Two nodes of which the second learns all that the first publishes. */
  async function pair(
    swarm: Exclude<HiveInit['swarm'], false> = {}
  ): Promise<[HiveNode, HiveNode]> {
    const a = await createHive({ swarm })
    const b = await createHive({ swarm: { ...swarm, bootstrap: a.multiaddrs } })
    await once(b, 'gossip:change', { signal: signal() })
    return [a, b]
  }

  async function gossiping(node: HiveNode): Promise<void> {
    if (node.status.peers.length === 0) await once(node, 'peer:connect', { signal: signal() })
  }

  async function synced(a: HiveNode, b: HiveNode): Promise<void> {
    while ((await a.digest()) !== (await b.digest())) {
      const change = once(b, 'hive:change', { signal: signal() })
      await b.agent.cortex.hive.synchronize()
      if ((await a.digest()) !== (await b.digest())) await change
    }
  }

  it('publishes what is good enough, and not what is private, doubtful or telling', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive } = db.agent.cortex
    await knowledge.distill('build', 'Clear /home/ada/.cache first.', 0.95, {
      tags: ['ci', 'ada@example.org']
    })
    await knowledge.distill('build', 'Doubtful.', 0.5)
    await knowledge.distill('build', 'Private.', 0.99, { private: true })
    const { id } = await knowledge.distill('build', 'Hidden \u202e text.', 0.99)
    const report = await hive.broadcastKnowledge()
    assert.deepEqual(report, {
      promoted: 1,
      corroborated: 0,
      peers: 0,
      needs: 1,
      withheld: [{ id, reason: 'hidden-text' }]
    })
    const insights = await hive.getGlobalInsights()
    assert.deepEqual(
      insights.map(({ entity, content, tags }) => [entity, content, tags]),
      [['build', 'Clear <PATH_1> first.', ['ci']]]
    )
    assert.equal((await hive.broadcastKnowledge()).promoted, 0)
    assert.equal((await hive.broadcastKnowledge({ minConfidence: 0.4 })).promoted, 1)
  })

  it('publishes facts that are promoted at the same time in few entries', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive } = db.agent.cortex
    const ids: string[] = []
    for (let i = 0; i < 40; i++) {
      ids.push((await knowledge.distill('build', `Stage ${i} needs ${i + 3} cores.`, 0.95)).id)
    }
    const promoted = await Promise.all(ids.map((id) => hive.promoteToGlobalStore(id)))
    assert.deepEqual(new Set(promoted.map(({ status }) => status)), new Set(['promoted']))
    assert.equal((await hive.getGlobalInsights({ limit: 100 })).length, 40)
    assert.ok(db.status.entries < 5, `${db.status.entries} entries`)
    const again = await Promise.all(ids.map((id) => hive.promoteToGlobalStore(id)))
    assert.deepEqual(new Set(again.map(({ status }) => status)), new Set(['already']))
  })

  it('makes one insight with three votes of one strategy from three machines', async () => {
    const machines = [
      ['ada.l', 'ada-laptop', '/home/ada.l/shop', 'db7.prod.internal', '10.1.2.3'],
      ['grace', 'buildbox-7', '/Users/grace/work', 'pg1.corp', '192.168.7.9'],
      ['zorbax', 'ip-10-0-0-7', 'C:\\Users\\zorbax\\shop', 'sql.example.com', '172.16.0.4']
    ] as const
    await using stack = new AsyncDisposableStack()
    const nodes: HiveNode[] = []
    for (const [user, host, home, database, address] of machines) {
      const node = await createHive({
        swarm: { k: 3, bootstrap: nodes[0]?.multiaddrs ?? [] },
        anonymity: { users: [user], hosts: [host], paths: [home] }
      })
      nodes.push(stack.use(node))
      const { knowledge, hive } = node.agent.cortex
      await knowledge.distill(
        'slow build',
        `Clear ${home}/cache on ${host} as ${user}@example.org, then point it at ${database} (${address}).`,
        0.95,
        { tags: ['build', home] }
      )
      if (nodes.length > 1) await gossiping(node)
      const before = await hive.synchronize()
      assert.ok(before.failed === 0)
      await hive.broadcastKnowledge()
      for (const other of nodes) if (other !== node) await synced(node, other)
    }
    for (const node of nodes) {
      const insights = await node.agent.cortex.hive.getGlobalInsights()
      assert.deepEqual(
        insights.map(({ content, corroboration, state, tags }) => [
          content,
          corroboration,
          state,
          tags
        ]),
        [
          [
            'Clear <PATH_1> on <HOST_1> as <EMAIL_1>, then point it at <HOST_2> (<IP_1>).',
            3,
            'released',
            ['build']
          ]
        ]
      )
    }
  })

  it('shows exactly what would leave, and why what stays does', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.distill(
      'build',
      'Clear /home/ada/.cache and /srv/x/y first.',
      0.95,
      {
        tags: ['ci', 'zorbax']
      }
    )
    const preview = await hive.preview(id)
    assert.ok(preview?.insight !== undefined)
    assert.deepEqual([preview.id, preview.verdict, preview.score], [id, 'clear', 0])
    assert.deepEqual(preview.placeholders, { path: 2, identifier: 1 })
    assert.deepEqual(await hive.getGlobalInsights(), [])
    await hive.broadcastKnowledge()
    const [left] = await hive.getGlobalInsights()
    const { id: insightId, entity, content, tags, confidence, day } = preview.insight
    assert.deepEqual(
      [left?.id, left?.entity, left?.content, left?.tags, left?.confidence, left?.day],
      [insightId, entity, content, tags, confidence, day]
    )
    const hidden = await knowledge.distill('build', 'Hidden \u202e text.', 0.99)
    const shown = await hive.preview(hidden.id)
    assert.deepEqual(
      [shown?.verdict, shown?.reason, shown?.insight],
      ['withheld', 'hidden-text', undefined]
    )
    const secret = await knowledge.distill('build', 'Private.', 0.99, { private: true })
    assert.equal((await hive.preview(secret.id))?.reason, 'the fact is private')
    assert.equal(await hive.preview('0'.repeat(64)), undefined)
    await assert.rejects(hive.preview('short'), { name: 'HiveError', code: 'ARGUMENT_INVALID' })
  })

  it('makes one insight with two votes of what two nodes found on their own', async () => {
    const [a, b] = await pair()
    await a.agent.cortex.knowledge.distill('build', 'Clear /home/ada/.cache first.', 0.9)
    await b.agent.cortex.knowledge.distill('build', 'Clear /home/grace/.cache first.', 1)
    await a.agent.cortex.hive.broadcastKnowledge()
    await synced(a, b)
    const [received] = await b.agent.cortex.hive.getGlobalInsights()
    assert.deepEqual([received?.state, received?.corroboration], ['quarantined', 1])
    const report = await b.agent.cortex.hive.broadcastKnowledge()
    assert.deepEqual([report.promoted, report.corroborated], [0, 1])
    await synced(b, a)
    const [insight] = await a.agent.cortex.hive.getGlobalInsights()
    assert.deepEqual(
      [insight?.state, insight?.corroboration, insight?.confidence],
      ['released', 2, 0.968]
    )
    await Promise.all([a.stop(), b.stop()])
  })

  it('releases at one vote where the swarm has a key, or as configured', async () => {
    const [a, b] = await pair({ k: 1 })
    await a.agent.cortex.knowledge.distill('e', 'A fact.', 0.9, { tags: ['x'] })
    await a.agent.cortex.hive.broadcastKnowledge()
    await synced(a, b)
    const { hive } = b.agent.cortex
    assert.equal((await hive.getGlobalInsights({ state: 'released', tags: ['x'] })).length, 1)
    assert.equal((await hive.getGlobalInsights({ state: 'quarantined' })).length, 0)
    assert.equal((await hive.getGlobalInsights({ tags: ['y'] })).length, 0)
    await Promise.all([a.stop(), b.stop()])
  })

  it('lists alike on every node, the most corroborated first, up to the limit', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive } = db.agent.cortex
    for (let i = 0; i < 30; i++) await knowledge.distill('e', `fact ${i}`, 0.9 + i / 1000)
    await hive.broadcastKnowledge()
    const confidences = (await hive.getGlobalInsights({ limit: 3 })).map(
      ({ confidence }) => confidence
    )
    assert.deepEqual(confidences, [0.929, 0.928, 0.927])
  })

  it('changes its author every week, so that its entries cannot be linked', async () => {
    let time = 0
    await using db = await createHive({ swarm: false, clock: { now: () => time } })
    const { knowledge, hive } = db.agent.cortex
    for (const content of ['one', 'two', 'three']) {
      await knowledge.distill('e', `Week ${content}.`, 0.95)
      await hive.broadcastKnowledge()
      time += WEEK / 2
    }
    assert.equal(db.status.authors, 2)
    assert.equal(db.status.entries, 3)
  })

  it('changes its author with the epoch for votes and edits too, and votes no second time', async () => {
    let time = 0
    const clock = { now: () => time }
    const swarm = { epoch: 60_000, listen: ['/ip4/127.0.0.1/tcp/0'] }
    await using db = await createHive({ swarm, clock })
    const { knowledge, hive } = db.agent.cortex
    const { id } = await knowledge.distill('e', 'A sentence that is published.', 0.95)
    const promoted = await hive.promoteToGlobalStore(id)
    const goal = await hive.goals.add({ title: 'Ship it.' })
    await hive.goals.playbook(goal.id).insert(0, { title: 'First.' })
    const authors = db.status.authors
    time += 60_000
    assert.equal((await hive.promoteToGlobalStore(id)).status, 'already')
    await hive.vouch(promoted.id)
    assert.equal(db.status.authors, authors)
    await hive.goals.playbook(goal.id).insert(1, { title: 'Second.' })
    assert.equal(db.status.authors, authors + 1)
    await hive.dispute(promoted.id)
    assert.equal(db.status.authors, authors + 1)
    assert.deepEqual(db.status.unsent, { retractions: 1, votes: 1 })
  })

  it('answers truthfully that no skills are ready', async () => {
    await using db = await createHive({ swarm: false })
    assert.deepEqual(await db.agent.cortex.capabilities.getPreWarmedSkills(), [])
  })

  it('refuses options it does not know, and agents of one name', async () => {
    const unknown: object = { swarm: { bootstraps: [] } }
    await assert.rejects(createHive(unknown), (error) => {
      return (
        error instanceof HiveError &&
        error.code === 'OPTIONS_INVALID' &&
        error.message.includes('bootstraps')
      )
    })
    await using db = await createHive({ swarm: false })
    db.agents.create('a')
    assert.throws(() => db.agents.create('a'), { code: 'AGENT_EXISTS' })
    assert.throws(() => db.agents.create('../a'), { code: 'ARGUMENT_INVALID' })
    const options: object = { minimum: 1 }
    await assert.rejects(async () => db.agent.cortex.hive.broadcastKnowledge(options), {
      code: 'ARGUMENT_INVALID'
    })
  })

  it('leaves nothing running when it cannot start', async () => {
    await using a = await createHive()
    const taken = a.multiaddrs.map((address) => address.replace(/\/p2p\/.*/, ''))
    await assert.rejects(createHive({ swarm: { listen: taken } }), { code: 'LISTEN_FAILED' })
    await assert.rejects(createHive({ swarm: { key: 'nonsense' } }), { code: 'SWARM_KEY_INVALID' })
  })
})
