import assert from 'node:assert/strict'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { RELAY_ABSENCE, STUCK_EMBARGOES } from '../../../transport/constants.ts'
import { AuthorRelays } from '../../../transport/stem/author-relays.ts'
import { StemSource } from '../../../transport/stem/stem-source.ts'
import { publication } from '../../fixtures/publications.ts'
import { randomOf } from '../../fixtures/random.ts'
import type { PeerId } from '@libp2p/interface'
import type { Entry, Replica, Store } from '../../../crdt/index.ts'

async function peerIds(count: number): Promise<PeerId[]> {
  const keys = Array.from({ length: count }, () => generateKeyPair('Ed25519'))
  return (await Promise.all(keys)).map((key) => peerIdFromPrivateKey(key))
}

/** A source whose relays take everything, and pass nothing on. */
class Swallowed {
  readonly embargoes: (() => Promise<void>)[] = []
  readonly gossiped: Entry[] = []
  /** Peers that were handed entries, in order. */
  readonly handed: string[] = []
  stuck = 0
  /** A peer that is connected and takes nothing. */
  refusing = ''
  now = 0
  peers: readonly PeerId[]
  readonly source: StemSource

  constructor(
    replica: Replica,
    store: Store,
    peers: readonly PeerId[],
    { mayGossip = true, seed = 1 } = {}
  ) {
    this.peers = peers
    const clock = { now: () => this.now }
    const connected = (): readonly PeerId[] => this.peers
    this.source = new StemSource({
      replica,
      relays: new AuthorRelays({ store, clock, random: randomOf(seed), peers: connected }),
      relayTo: (peer) => {
        const isTaken = peer.toString() !== this.refusing
        if (isTaken) this.handed.push(peer.toString())
        return Promise.resolve(isTaken)
      },
      relay: () => assert.fail('not for entries'),
      peers: connected,
      rotateRelays: () => assert.fail('not for entries'),
      isConnected: () => true,
      mayGossip,
      gossip: (entries) => Promise.resolve(void this.gossiped.push(...entries)),
      startEmbargo: (onEnd) => void this.embargoes.push(onEnd),
      onStuck: () => (this.stuck += 1),
      onError: (error) => assert.fail(String(error))
    })
  }

  async send(): Promise<void> {
    this.source.send()
    await this.source.idle()
  }

  async endEmbargo(): Promise<void> {
    await this.embargoes.shift()?.()
    await this.source.idle()
  }
}

describe('the source of stems', () => {
  it('watches entries that follow others of their author, which have come back', async () => {
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true })
    const swallowed = new Swallowed(replica, store, await peerIds(1))
    const { gossiped } = swallowed
    const send = (): Promise<void> => swallowed.send()
    const endEmbargo = (): Promise<void> => swallowed.endEmbargo()
    const [first] = (await replica.publish([publication('one')])).entries
    assert.ok(first !== undefined)
    await send()
    await replica.unhide(first.author, first.seq)
    // The next entry hides its author again before a look finds that nothing is hidden.
    await endEmbargo()
    const [second] = (await replica.publish([publication('two')])).entries
    assert.deepEqual(second?.author, first.author)
    await send()
    await endEmbargo()
    await endEmbargo()
    assert.deepEqual(
      gossiped.map(({ seq }) => seq),
      [second?.seq]
    )
    assert.equal(replica.publicSeq(first.author), undefined)
    await store.close()
  })

  it('waits once for an author whose entries are lost, however often it sends', async () => {
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true })
    await replica.publish([publication('one')])
    const entries = store.section('entries')
    for await (const [key] of entries.entries()) await store.commit([entries.del(key.slice())])
    await replica.audit()
    assert.equal(replica.hiddenAuthors().length, 1)
    const swallowed = new Swallowed(replica, store, await peerIds(1))
    for (let i = 0; i < 5; i++) await swallowed.send()
    assert.equal(swallowed.embargoes.length, 1)
    await swallowed.endEmbargo()
    assert.equal(swallowed.embargoes.length, 1)
    await store.close()
  })

  it('sends by one relay for the life of an author, also over a restart, and by others for others', async () => {
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true })
    const peers = await peerIds(20)
    const relays = new Set<string>()
    for (let author = 0; author < 30; author++) {
      const ways = new Set<string>()
      for (let run = 0; run < 3; run++) {
        const swallowed = new Swallowed(replica, store, peers, { seed: 100 * author + run })
        for (let i = 0; i < 5; i++) {
          const text = `${author} ${run} ${i}`
          const [entry] = (await replica.publish([publication(text)])).entries
          assert.ok(entry !== undefined)
          await swallowed.send()
          await replica.unhide(entry.author, entry.seq)
          await swallowed.endEmbargo()
        }
        for (const peer of swallowed.handed) ways.add(peer)
      }
      assert.equal(ways.size, 1)
      for (const way of ways) relays.add(way)
      replica.rotateAuthor()
    }
    assert.ok(relays.size > 10, `${relays.size} relays of 30 authors`)
    await store.close()
  })

  it('replaces a relay that swallows twice, and then gossips, or waits with the same relays', async () => {
    for (const mayGossip of [true, false]) {
      const store = await openStore()
      const replica = await openReplica({ store, hidesOwn: true })
      const swallowed = new Swallowed(replica, store, await peerIds(20), { mayGossip })
      await replica.publish([publication('one')])
      await swallowed.send()
      for (let i = 0; i < 3; i++) await swallowed.endEmbargo()
      assert.deepEqual([swallowed.handed.length, new Set(swallowed.handed).size], [3, 3])
      assert.equal(swallowed.gossiped.length, mayGossip ? 1 : 0)
      assert.equal(swallowed.stuck, mayGossip ? 0 : 1)
      if (!mayGossip) {
        for (let i = 0; i < 4 * STUCK_EMBARGOES; i++) await swallowed.endEmbargo()
        assert.ok(swallowed.handed.length >= 5 && swallowed.stuck >= 3)
        assert.equal(replica.hiddenAuthors().length, 1)
      }
      assert.equal(new Set(swallowed.handed).size, 3)
      await store.close()
    }
  })

  it('waits for a relay that is gone, and replaces it when it stays away', async () => {
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true })
    const peers = await peerIds(5)
    const swallowed = new Swallowed(replica, store, peers)
    const [one] = (await replica.publish([publication('one')])).entries
    assert.ok(one !== undefined)
    await swallowed.send()
    await replica.unhide(one.author, one.seq)
    await swallowed.endEmbargo()
    const [relay] = swallowed.handed
    swallowed.peers = peers.filter((peer) => peer.toString() !== relay)
    await replica.publish([publication('two')])
    await swallowed.send()
    swallowed.now += RELAY_ABSENCE - 1
    await swallowed.endEmbargo()
    assert.deepEqual(swallowed.handed, [relay])
    swallowed.peers = peers
    await swallowed.endEmbargo()
    assert.deepEqual(swallowed.handed, [relay, relay])
    swallowed.peers = peers.filter((peer) => peer.toString() !== relay)
    await swallowed.endEmbargo()
    assert.equal(swallowed.handed.length, 3)
    assert.equal(new Set(swallowed.handed).size, 2)
    assert.equal(swallowed.gossiped.length, 0)
    // The next one is connected, and refuses.
    const next = swallowed.handed.at(-1) ?? ''
    swallowed.refusing = next
    swallowed.peers = peers
    const [three] = (await replica.publish([publication('three')])).entries
    assert.ok(three !== undefined)
    await replica.unhide(three.author, three.seq - 1)
    await swallowed.send()
    swallowed.now += RELAY_ABSENCE
    for (let i = 0; i < 3; i++) await swallowed.endEmbargo()
    assert.equal(new Set(swallowed.handed).size, 3)
    await store.close()
  })
})
