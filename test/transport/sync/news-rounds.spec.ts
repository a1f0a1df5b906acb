import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createLibp2p } from 'libp2p'
import { openReplica, openStore, writeEntry, writeSignedHeader } from '../../../crdt/index.ts'
import { memoryDatabase } from '../../../crdt/store/database.ts'
import {
  MAX_ANNOUNCED_FEEDS,
  MAX_NEWS_PEERS,
  MAX_PENDING_GOSSIP
} from '../../../transport/constants.ts'
import { NewsRounds } from '../../../transport/sync/news-rounds.ts'
import { sync } from '../../../transport/sync/sync.ts'
import { attackerOn } from '../../fixtures/attacker.ts'
import { forge, gossipOf } from '../../fixtures/forgery.ts'
import { converged, gossiping, startNode } from '../../fixtures/nodes.ts'
import { offerAuthors } from '../../fixtures/offered-authors.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { syncAnswers } from '../../fixtures/sync-peer.ts'
import type { TestNode } from '../../fixtures/nodes.ts'

const AUTHORS = 3 * MAX_ANNOUNCED_FEEDS

describe('news that gossip leaves out', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(20_000)

  /** Connects them, and resolves when no sync between them goes on. */
  async function meet(one: TestNode, other: TestNode): Promise<void> {
    await one.replica.publish([publication('what both know')])
    await one.swarm.dial(other.swarm.multiaddrs[0] ?? '')
    await converged([one, other], signal())
    await one.swarm.synchronize({ signal: signal() })
  }

  it('of more feeds than are announced goes on from node to node by syncs', async () => {
    const database = memoryDatabase()
    const store = await openStore(database)
    await offerAuthors(store, AUTHORS)
    await store.close()
    await using first = await startNode({ memory: true, database })
    await using second = await startNode({ memory: true })
    await using third = await startNode({ memory: true, bootstrap: second.swarm.multiaddrs })
    await using fourth = await startNode({ memory: true, bootstrap: third.swarm.multiaddrs })
    await Promise.all([gossiping(third, signal(), 2), gossiping(fourth, signal())])
    await second.swarm.dial(first.swarm.multiaddrs[0] ?? '')
    await converged([first, second, third, fourth], signal(), AUTHORS)
    assert.equal(fourth.replica.totals().authors, AUTHORS)
  })

  it('of retractions goes on by syncs too', async () => {
    await using first = await startNode({ memory: true })
    await using second = await startNode({ memory: true })
    await using third = await startNode({ memory: true, bootstrap: second.swarm.multiaddrs })
    await gossiping(third, signal())
    const { records, entries } = await first.replica.publish([publication('x')])
    for (const { replica } of [second, third]) {
      for (const entry of entries) await replica.admit(writeEntry(entry), 'peer')
    }
    const [digest = new Uint8Array()] = records
    await first.replica.retract(digest)
    const come = once(third.replica, 'retraction:admit', { signal: signal() })
    await second.swarm.dial(first.swarm.multiaddrs[0] ?? '')
    await come
    assert.equal(third.replica.retractions.size, 1)
  })

  it('comes from another peer where one has announced what it keeps back', async () => {
    await using author = await startNode({ gossip: false })
    await using victim = await startNode()
    await meet(author, victim)
    const { entries } = await author.replica.publish(publications(10))
    const [entry] = entries
    assert.ok(entry !== undefined)
    const totals = { acceptsEntries: false, authors: 0, entries: 0 }
    const swallower = syncAnswers(({ type }) =>
      type === 'summary'
        ? [{ type, summary: { digest: new Uint8Array(32), ...totals } }]
        : [{ type: 'done', more: false }]
    )
    await using attacker = await attackerOn(victim, signal(), { sync: swallower })
    await attacker.gossip(Buffer.concat([Buffer.of(1), writeSignedHeader(entry)]))
    await converged([author, victim], signal(), 2)
  })

  it('comes by a sync where a peer sends more messages than wait', async () => {
    await using victim = await startNode()
    await using other = await startNode({ gossip: false })
    await meet(other, victim)
    await using attacker = await attackerOn(victim, signal())
    const entries = Array.from({ length: 4 * MAX_PENDING_GOSSIP }, () => writeEntry(forge()))
    for (const entry of entries) await other.replica.admit(entry, 'peer')
    await Promise.all(entries.map((entry) => attacker.gossip(gossipOf(entry))))
    await converged([other, victim], signal(), 1 + entries.length)
  })
})

describe('rounds of syncs for news', () => {
  it('begin after each other, with as many peers as were asked for at most', async () => {
    const stopping = new AbortController()
    const peers = Array.from({ length: 3 * MAX_NEWS_PEERS }, (_, i) => i)
    const synced: number[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const rounds = new NewsRounds({
      stopping: () => stopping.signal,
      peers: () => [...peers],
      sync: (peer) => {
        synced.push(peer)
        // What a round brings may be a reason for the next one.
        if (synced.length === 3) rounds.ask(1_000)
        if (synced.length === 3 + MAX_NEWS_PEERS) resolve()
      },
      random: () => 0.5,
      interval: 1
    })
    rounds.ask(3)
    rounds.ask(1)
    await promise
    assert.equal(synced.length, 3 + MAX_NEWS_PEERS)
    assert.equal(new Set(synced.slice(3)).size, MAX_NEWS_PEERS)
    stopping.abort()
    rounds.ask(1)
    assert.equal(synced.length, 3 + MAX_NEWS_PEERS)
  })

  it('end with a stop, and begin again after a start', async () => {
    const replica = await openReplica({ store: await openStore() })
    let rounds = 0
    // Asked for once when a round is planned, and by nothing else in a node without peers.
    const random = (): number => {
      rounds += 1
      return 0.5
    }
    const node = await createLibp2p({
      services: {
        sync: sync({
          swarm: replica.swarm,
          protocol: '/test/sync',
          replica: replica.publicView,
          acceptsEntries: true,
          interval: 0,
          random,
          peers: { classOf: () => 'inbound' },
          onOffence: () => undefined,
          onSynced: () => undefined
        })
      }
    })
    for (let start = 1; start <= 3; start++) {
      node.services.sync.passOn()
      node.services.sync.catchUp()
      assert.equal(rounds, start)
      await node.stop()
      await node.start()
    }
    await node.stop()
  })
})
