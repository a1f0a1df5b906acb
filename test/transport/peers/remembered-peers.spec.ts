import assert from 'node:assert/strict'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { openStore } from '../../../crdt/index.ts'
import { MAX_REMEMBERED_OF_GROUP, REMEMBERED_PLACES } from '../../../transport/constants.ts'
import { MetPeers } from '../../../transport/met-peers.ts'
import { addressesOf, RememberedPeers } from '../../../transport/peers/remembered-peers.ts'
import { groupOf } from '../../../transport/reach/address-group.ts'
import type { PeerId } from '@libp2p/interface'
import type { Store } from '../../../crdt/index.ts'
import type { PeerKind } from '../../../transport/peers/remembered-peers.ts'

const PEER = '12D3KooWHJRSrpJ5hhkuPwQ4SCrTKyfyAh2Qi9JvM8YZ1ViCPVxe'
const RELAY = '12D3KooWSBAeuegoLwXjGVJ4nmEfD9ymL9MEaHPnBHJYAXLGg6vm'
const P2P = 421

describe('addresses of a peer', () => {
  it('lead to the peer, also through a relay, when they come without its id', () => {
    const addresses = [
      `/ip4/192.0.2.1/tcp/4001/p2p/${PEER}`,
      `/ip4/192.0.2.2/tcp/4001/p2p/${RELAY}/p2p-circuit/p2p/${PEER}`
    ]
    // As identify sends them.
    const sent = addresses.map((each) => multiaddr(each).decapsulateCode(P2P).toString())
    assert.deepEqual(addressesOf(PEER, sent), addresses)
    assert.deepEqual(addressesOf(PEER, addresses), addresses)
  })

  it('are no addresses of another peer', () => {
    assert.deepEqual(addressesOf(PEER, [`/ip4/192.0.2.1/tcp/4001/p2p/${RELAY}`]), [])
  })
})

describe('remembered peers', () => {
  let now = 0
  const open = (store: Store): RememberedPeers =>
    new RememberedPeers({
      store,
      clock: { now: () => now++ },
      onFailure: (error) => assert.fail(String(error))
    })

  async function storedIn(store: Store): Promise<string[]> {
    const addresses = await open(store).load()
    return addresses.map((address) => address.split('/p2p/')[1] ?? '')
  }

  it('stay while any number of other keys connect, and are dialled first', async () => {
    const store = await openStore()
    const remembered = open(store)
    const add = (peer: string, kind: PeerKind, group: string): void =>
      remembered.add(peer, [`/ip4/${group}.1/tcp/4001`], { kind, group })
    for (let i = 0; i < 30; i++) add(`dialled ${i}`, 'dialled', `10.0.${i}`)
    for (let i = 0; i < 10; i++) add(`useful ${i}`, 'useful', `10.1.${i}`)
    // One that only came brings entries later, and one that brought some is dialled.
    add('later', 'inbound', '10.2.0')
    add('later', 'useful', '10.2.0')
    add('useful 0', 'dialled', '10.1.0')
    for (let i = 0; i < 5_000; i++) add(`inbound ${i}`, 'inbound', `172.${i >> 8}.${i & 255}`)
    // What it was before is not forgotten when it comes by itself.
    add('dialled 3', 'inbound', '10.0.3')
    await remembered.stop()
    const stored = await storedIn(store)
    for (let i = 0; i < 30; i++) assert.ok(stored.includes(`dialled ${i}`), `dialled ${i}`)
    for (let i = 0; i < 10; i++) assert.ok(stored.includes(`useful ${i}`), `useful ${i}`)
    assert.ok(stored.includes('later'))
    const inbound = stored.filter((name) => name.startsWith('inbound'))
    assert.equal(inbound.length, REMEMBERED_PLACES.inbound)
    const dialled = stored.slice(0, 31).toSorted()
    assert.deepEqual(
      dialled,
      ['useful 0', ...Array.from({ length: 30 }, (_, i) => `dialled ${i}`)].toSorted()
    )
    assert.ok(stored.indexOf(inbound[0] ?? '') > stored.indexOf('later'))
    await store.close()
  })

  it('stay while an attacker that brings entries, and is dialled, has one network', async () => {
    const store = await openStore()
    const remembered = open(store)
    for (let i = 0; i < 40; i++) {
      remembered.add(`honest ${i}`, ['/ip4/192.0.2.1/tcp/4001'], {
        kind: 'useful',
        group: `10.0.${i % 10}`
      })
    }
    for (let i = 0; i < 1_000; i++) {
      const kind = i % 2 === 0 ? 'useful' : 'dialled'
      remembered.add(`liar ${i}`, ['/ip4/198.51.100.1/tcp/4001'], { kind, group: '198.51.100' })
    }
    await remembered.stop()
    const stored = await storedIn(store)
    const liars = stored.filter((name) => name.startsWith('liar')).length
    assert.equal(liars, MAX_REMEMBERED_OF_GROUP)
    const left = stored.length - liars
    assert.ok(left >= REMEMBERED_PLACES.useful - MAX_REMEMBERED_OF_GROUP, `${left} are left`)
    await store.close()
  })

  it('are those that bring entries, also where many keys have come since', async () => {
    const store = await openStore()
    const remembered = open(store)
    const clock = { now: () => now++ }
    const host = { getConnections: () => [] }
    const met = new MetPeers({ host: () => host, dialer: () => undefined, remembered, clock })
    const come = async (group: string): Promise<PeerId> => {
      const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
      const remoteAddr = multiaddr(`/ip4/${group}.7/tcp/4001`)
      met.add(peer, [remoteAddr.toString()], { direction: 'inbound', remoteAddr })
      return peer
    }
    const honest = await come('203.0.114')
    for (let i = 0; i < 2 * REMEMBERED_PLACES.inbound; i++) await come(`52.0.${i}`)
    met.isOfUse(honest)
    await remembered.stop()
    assert.equal((await storedIn(store))[0], honest.toString())
    await store.close()
  })

  it('are read as earlier versions have written them', async () => {
    const store = await openStore()
    const old = { addresses: ['/ip4/192.0.2.1/tcp/4001/p2p/old'], lastSeen: 5 }
    const key = Buffer.from('old')
    await store.commit([store.section('peers').put(key, Buffer.from(JSON.stringify(old)))])
    assert.deepEqual(await storedIn(store), ['old'])
    await store.close()
  })

  it('have the group of a network: /24 or /48, and none on this machine or its network', () => {
    for (const [address, group] of [
      ['/ip4/203.0.114.7/tcp/1', '203.0.114'],
      ['/ip6/2a01:db8:0:1::7/tcp/1', '2a01:db8:0'],
      ['/ip6/2a01:0db8:0000:ffff:1:2:3:4/tcp/1', '2a01:db8:0'],
      ['/ip6/2a01::7/tcp/1', '2a01:0:0'],
      ['/ip6/::ffff:203.0.114.9/tcp/1', '203.0.114'],
      ['/ip6/::ffff:cb00:7209/tcp/1', '203.0.114'],
      [`/ip4/203.0.114.7/tcp/1/p2p/${RELAY}/p2p-circuit`, '203.0.114'],
      ['/ip4/127.0.0.1/tcp/1', undefined],
      ['/ip4/192.168.1.7/tcp/1', undefined],
      ['/dns4/example.org/tcp/1', undefined]
    ] as const) {
      assert.equal(groupOf(multiaddr(address)), group, address)
    }
  })
})
