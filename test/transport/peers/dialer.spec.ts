import assert from 'node:assert/strict'
import { once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { SwarmError } from '../../../transport/index.ts'
import { multiaddr } from '@multiformats/multiaddr'
import { bareNode } from '../../fixtures/attacker.ts'
import { converged, gossiping, startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { openStore } from '../../../crdt/index.ts'
import {
  BACKOFF_FIRST,
  BACKOFF_MAX,
  MAX_FOUND_ADDRESSES,
  MAX_FOUND_OF_PEER,
  MAX_REMEMBERED_PEERS,
  MAX_STATED_ADDRESSES,
  MIN_CONNECTIONS,
  REMEMBERED_REFRESH
} from '../../../transport/constants.ts'
import { Dialer } from '../../../transport/peers/dialer.ts'
import { RememberedPeers } from '../../../transport/peers/remembered-peers.ts'
import type { Connection } from '@libp2p/interface'

const DIALLED = { kind: 'dialled' } as const

async function newPeer(): Promise<string> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString()
}

describe('the dialer', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(18_000)
  const nobody = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWRBy97UB99e3J6hiPesre1MZeuNQvfan4gBziswrRJsNK'

  it('says in plain words when no bootstrap answers, and the node works on', async () => {
    await using a = await startNode({ bootstrap: [nobody] })
    const [{ address, reason }] = await once(a.swarm, 'bootstrap:fail', { signal: signal() })
    assert.equal(address, nobody)
    assert.match(String(reason), /no node listens at this address/)
    await a.publish([publication('alone')])
  })

  it('refuses an address that is none, by name', async () => {
    await assert.rejects(startNode({ bootstrap: ['example.org:4001'] }), (error) => {
      return (
        error instanceof SwarmError &&
        error.code === 'ADDRESS_INVALID' &&
        error.message.includes('example.org:4001')
      )
    })
  })

  it('finds a bootstrap peer again that was restarted on its address', async () => {
    const first = await startNode()
    const [address = ''] = first.swarm.multiaddrs
    const listen = [address.replace(/\/p2p\/.*/, '')]
    await using b = await startNode({ bootstrap: listen })
    await gossiping(b, signal())
    await first[Symbol.asyncDispose]()
    await using second = await startNode({ listen })
    await second.publish([publication('after the restart')])
    await converged([b, second], signal())
  })
})

describe('the times of the dialer', () => {
  it('grow with each failure; it dials nobody twice at a time, itself never, others while it has few', async () => {
    const [given, met, own] = [await newPeer(), await newPeer(), await newPeer()]
    const [bootstrap, remembered] = [given, met].map((peer) => `/ip4/127.0.0.1/tcp/1/p2p/${peer}`)
    assert.ok(bootstrap !== undefined && remembered !== undefined)
    const others = await Promise.all(Array.from({ length: MIN_CONNECTIONS }, newPeer))
    let [now, port] = [0, 2]
    let isFull = false
    let dialled: string[] = []
    const failures: ((error: Error) => void)[] = []
    const dialer = new Dialer({
      libp2p: {
        peerId: peerIdFromString(own),
        getConnections: () =>
          isFull
            ? others.map((peer) => ({ remotePeer: peerIdFromString(peer) }) as Connection)
            : [],
        dial: (address) => {
          dialled.push(String(address))
          return new Promise((_, reject) => failures.push(reject))
        }
      },
      log: defaultLogger().forComponent('test'),
      clock: { now: () => now },
      random: () => 1,
      bootstrap: [bootstrap],
      remembered: [remembered],
      onUnreachable: () => undefined
    })
    const dialledAt = async (time: number): Promise<string[]> => {
      now = time
      // It looks whom it should dial; nobody dials himself.
      dialer.add([`/ip4/127.0.0.1/tcp/${port++}/p2p/${own}`])
      await new Promise((resolve) => setImmediate(resolve))
      const news = dialled
      dialled = []
      return news
    }
    const fail = async (): Promise<void> => {
      for (const each of failures.splice(0)) each(new Error('nobody'))
      await new Promise((resolve) => setImmediate(resolve))
    }
    void dialer.start()
    assert.deepEqual(await dialledAt(0), [bootstrap, remembered])
    assert.deepEqual(await dialledAt(100_000), [], 'the dials have not ended')
    await fail()
    const first = 100_000 + BACKOFF_FIRST
    assert.deepEqual(await dialledAt(first - 1), [])
    assert.deepEqual(await dialledAt(first), [bootstrap, remembered])
    await fail()
    assert.deepEqual(await dialledAt(first + 2 * BACKOFF_FIRST - 1), [])
    assert.deepEqual(await dialledAt(first + 2 * BACKOFF_FIRST), [bootstrap, remembered])
    await fail()
    isFull = true
    assert.deepEqual(await dialledAt(first + BACKOFF_MAX), [bootstrap])
    await fail()
    await dialer.stop()
  })
})

/** A dialer of a node without peers, whose dials all fail. */
function failingDialer(own: string, now: () => number, dialled: Set<string>): Dialer {
  return new Dialer({
    libp2p: {
      peerId: peerIdFromString(own),
      getConnections: () => [],
      dial: (address) => {
        dialled.add(String(address))
        return Promise.reject(new Error('nobody'))
      }
    },
    log: defaultLogger().forComponent('test'),
    clock: { now },
    random: () => 0,
    bootstrap: [],
    remembered: [],
    onUnreachable: () => undefined
  })
}

describe('a peer that names other addresses each time', () => {
  it('displaces its own, and those of no other peer', async () => {
    const [met, liar] = ['12D3KooWRBy97UB99e3J6hiPesre1MZeuNQvfan4gBziswrRJsNK', await newPeer()]
    const dialled = new Set<string>()
    let now = 0
    const dialer = failingDialer(await newPeer(), () => now, dialled)
    await dialer.start()
    dialer.add([`/ip4/127.0.0.1/tcp/1/p2p/${met}`])
    for (let port = 2; port < 2 + MAX_FOUND_ADDRESSES; port++) {
      dialer.add([`/ip4/127.0.0.1/tcp/${port}/p2p/${liar}`])
    }
    await new Promise((resolve) => setImmediate(resolve))
    dialled.clear()
    now += 60_000
    dialer.add([`/ip4/127.0.0.1/tcp/1000/p2p/${liar}`])
    await dialer.stop()
    assert.ok(dialled.has(`/ip4/127.0.0.1/tcp/1/p2p/${met}`), [...dialled].join(' '))
    assert.equal(dialled.size, 1 + MAX_FOUND_OF_PEER)
  })

  it('keeps the addresses of peers that it dialled beside those of any number that only come', async () => {
    const dialled = new Set<string>()
    let now = 0
    const dialer = failingDialer(await newPeer(), () => now, dialled)
    await dialer.start()
    const met = `/ip4/127.0.0.1/tcp/1/p2p/${await newPeer()}`
    const later = `/ip4/127.0.0.1/tcp/2/p2p/${await newPeer()}`
    dialer.add([met])
    dialer.add([later], true)
    // It came by itself first, and then this node dialled it.
    dialer.add([later])
    for (let i = 0; i < 2 * MAX_FOUND_ADDRESSES; i++) {
      dialer.add([`/ip4/127.0.0.1/tcp/${100 + i}/p2p/${await newPeer()}`], true)
    }
    await new Promise((resolve) => setImmediate(resolve))
    dialled.clear()
    now += 60_000
    dialer.add([`/ip4/127.0.0.1/tcp/1000/p2p/${await newPeer()}`], true)
    await dialer.stop()
    assert.ok(dialled.has(met) && dialled.has(later))
    assert.equal(dialled.size, 2 + MAX_STATED_ADDRESSES)
  })
})

describe('a peer that was met', () => {
  const signal = (): AbortSignal => AbortSignal.timeout(18_000)

  it('is dialled again when the connection is lost, also by the side that did not dial first', async () => {
    await using a = await startNode()
    const privateKey = await generateKeyPair('Ed25519')
    const b = await startNode({ bootstrap: a.swarm.multiaddrs, privateKey })
    await gossiping(a, signal())
    const listen = b.swarm.multiaddrs.map((address) => address.replace(/\/p2p\/.*/, ''))
    const gone = once(a.swarm, 'peer:disconnect', { signal: signal() })
    await b[Symbol.asyncDispose]()
    await gone
    // It knows nobody: only the other one can find it.
    await using again = await startNode({ listen, privateKey })
    const met = once(again.swarm, 'peer:connect', { signal: signal() })
    assert.equal((await met)[0], a.swarm.peerId)
  })
})

describe('remembered peers', () => {
  const addresses = Array.from({ length: 9 }, (_, i) => `/ip4/192.0.2.1/tcp/${i + 1}`)

  it('are the latest, with few addresses each, and written again where that failed', async () => {
    const { database, failNext } = failingDatabase()
    const store = await openStore(database)
    let now = 0
    const clock = { now: () => now++ }
    const failure = Promise.withResolvers<unknown>()
    const open = (): RememberedPeers =>
      new RememberedPeers({ store, clock, onFailure: failure.resolve })
    const remembered = open()
    failNext('peers')
    remembered.add('lost', addresses, DIALLED)
    assert.ok((await failure.promise) instanceof Error)
    for (let i = 0; i < MAX_REMEMBERED_PEERS + 5; i++) remembered.add(`p${i}`, addresses, DIALLED)
    // The oldest comes back, so that the one after it has to go.
    remembered.add('p5', addresses.slice(0, 1), DIALLED)
    remembered.add('new', addresses, DIALLED)
    await remembered.stop()
    const again = open()
    const known = await again.load()
    assert.equal(known.length, (MAX_REMEMBERED_PEERS - 1) * 4 + 1)
    assert.equal(known[0], '/ip4/192.0.2.1/tcp/1/p2p/new')
    assert.equal(known[4], '/ip4/192.0.2.1/tcp/1/p2p/p5')
    assert.ok(!known.some((address) => address.endsWith('/p6')))
    // Also among those of an earlier run the oldest goes.
    again.add('newer', addresses, DIALLED)
    await again.stop()
    const left = await open().load()
    assert.ok(!left.some((address) => address.endsWith('/p7')))
    assert.ok(left.some((address) => address.endsWith('/p8')))
    await store.close()
  })

  it('cost one write, however many come at a time, and none where nothing is new', async () => {
    const store = await openStore()
    let [commits, now] = [0, 0]
    let written = Promise.withResolvers<void>()
    const remembered = new RememberedPeers({
      store: {
        section: (name) => store.section(name),
        commit: async (operations) => {
          commits += 1
          await store.commit(operations)
          written.resolve()
        }
      },
      clock: { now: () => now },
      onFailure: (error) => assert.fail(String(error))
    })
    const comeAndGo = (): void => {
      for (let i = 0; i < 1_000; i++) remembered.add(`p${i % 50}`, addresses, DIALLED)
    }
    const lie = (): void => {
      for (let port = 1; port < 100; port++)
        remembered.add('liar', [`/ip4/192.0.2.1/tcp/${port}`], DIALLED)
    }
    for (const expected of [1, 2]) {
      written = Promise.withResolvers()
      comeAndGo()
      lie()
      await written.promise
      assert.equal(commits, expected)
    }
    now += REMEMBERED_REFRESH / 2
    comeAndGo()
    await remembered.stop()
    assert.equal(commits, 2)
    await store.close()
  })

  it('are not those that a peer pushes: identify is asked once for each connection', async () => {
    await using victim = await startNode({ filterInterval: 0 })
    const host = await bareNode()
    const connection = await host.dial(multiaddr(victim.swarm.multiaddrs[0] ?? ''))
    await assert.rejects(connection.newStream('/ipfs/id/push/1.0.0'), /protocol/i)
    await host.stop()
  })
})
