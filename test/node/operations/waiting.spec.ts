import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import { localCalls } from '../../../node/operations/index.ts'
import { until } from '../../fixtures/until.ts'
import type { ResultOf } from '../../../node/operations/index.ts'
import type { HiveNode } from '../../../src/index.ts'

describe('the status of a node', function () {
  this.timeout(60_000)
  const statusOf = (db: HiveNode, running = true): Promise<ResultOf<'status'>> =>
    localCalls({ db, running, dataDir: '' })('status', {})

  it('has what waits, why, and the command that lists it', async () => {
    await using node = await createHive({ swarm: {} })
    const alone = await statusOf(node)
    assert.deepEqual([alone.quarantined, alone.waiting], [0, []])
    assert.ok((alone.uptime ?? -1) >= 0)
    assert.equal((await statusOf(node, false)).uptime, undefined)

    const swarm = { bootstrap: node.multiaddrs, stem: false }
    await using other = await createHive({ swarm })
    for (const content of ['Flex supports gap.', 'Grid supports gap.'])
      await other.agent.cortex.knowledge.distill('CSS', content, 0.95)
    await other.agent.cortex.hive.broadcastKnowledge()
    await node.agent.cortex.capabilities.registerCapability({
      name: 'untested',
      description: 'Has no tests.',
      kind: 'code',
      source: 'export default () => 1'
    })
    const check = async (): Promise<ResultOf<'status'> | undefined> => {
      // A list waits for the index, and a status does not.
      await node.agent.cortex.hive.getGlobalInsights()
      const status = await statusOf(node)
      return status.quarantined === 2 ? status : undefined
    }
    const { waiting } = await until(node, 'hive:change', check, AbortSignal.timeout(20_000))
    assert.deepEqual(
      waiting.filter(({ what }) => what !== 'index'),
      [
        {
          what: 'insights',
          count: 2,
          why: 'fewer than k authors vouch, or the text reads like an order',
          command: 'hive insights --state quarantined'
        },
        {
          what: 'skills',
          count: 1,
          why: 'their tests have not passed',
          command: 'hive skills --status sandbox'
        }
      ]
    )
  })

  it('has the entries that wait for a peer', async () => {
    await using node = await createHive({ swarm: {} })
    await node.agent.cortex.knowledge.distill('CSS', 'Flex supports gap.', 0.95)
    await node.agent.cortex.hive.broadcastKnowledge()
    const { waiting } = await statusOf(node)
    const [peers] = waiting.filter(({ what }) => what === 'peers')
    assert.deepEqual([peers?.count, peers?.command], [1, 'hive peers'])
  })

  it('says why peers that are connected for long are not in the mesh', async () => {
    let ahead = 0
    const clock = { now: () => Date.now() + ahead }
    await using node = await createHive({ clock, swarm: { stem: false } })
    const swarm = { bootstrap: node.multiaddrs, gossip: false, stem: false }
    await using other = await createHive({ swarm })
    const isConnected = async (): Promise<true | undefined> =>
      node.status.peers.some((peer) => peer.swarm) || undefined
    await other.agent.cortex.knowledge.distill('CSS', 'Flex supports gap.', 0.95)
    await other.agent.cortex.hive.broadcastKnowledge()
    await until(node, 'hive:change', isConnected, AbortSignal.timeout(20_000))
    const meshOf = async (): Promise<unknown[]> =>
      (await statusOf(node)).waiting.filter(({ what }) => what === 'mesh')
    assert.deepEqual(await meshOf(), [])
    ahead = 11_000
    const why =
      'none is in the mesh of gossip: no connected peer takes gossip: they are light, have no gossip, or are too busy to say so'
    assert.deepEqual(await meshOf(), [{ what: 'mesh', count: 1, why, command: 'hive peers' }])
  })

  it('has changed votes and retractions that have not left, and shows the new vote at once', async () => {
    let now = Date.UTC(2026, 0, 1)
    const options = { clock: { now: () => now }, swarm: { k: 1, epoch: 60_000 } } as const
    await using node = await createHive(options)
    const { hive, knowledge } = node.agent.cortex
    const { id } = await knowledge.distill('CSS', 'Flex supports gap.', 0.95)
    const promoted = await hive.promoteToGlobalStore(id)
    now += 61_000
    assert.equal((await hive.stale(promoted.id)).hive, true)
    const insight = await hive.get(promoted.id)
    assert.deepEqual([insight?.stale, insight?.isStale], [1, true])
    const status = await statusOf(node)
    assert.deepEqual(status.unsent, { retractions: 1, votes: 1 })
    const counts = status.waiting.map(({ what, count }) => `${count} ${what}`)
    assert.ok(counts.includes('1 votes') && counts.includes('1 retractions'), counts.join())
  })
})
