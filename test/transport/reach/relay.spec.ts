import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { checkSwarmInit, DEFAULT_RELAY_LIMITS, generateSwarmKey } from '../../../transport/index.ts'
import { converged, startNode } from '../../fixtures/nodes.ts'
import { publication } from '../../fixtures/publications.ts'
import { until } from '../../fixtures/until.ts'
import type { TestNode, TestNodeInit } from '../../fixtures/nodes.ts'

describe('a relay', () => {
  const key = generateSwarmKey()
  const signal = (): AbortSignal => AbortSignal.timeout(20_000)

  /** A member with the key, of another swarm: it relays, and its own protocols carry nothing. */
  const startRelay = (init: TestNodeInit = {}): Promise<TestNode> =>
    startNode({ key, name: 'relay only', relay: DEFAULT_RELAY_LIMITS, ...init })

  /** Listens nowhere but at the relay. */
  const startBehind = (relay: TestNode, init: TestNodeInit = {}): Promise<TestNode> =>
    startNode({
      key,
      listen: relay.swarm.multiaddrs.map((address) => `${address}/p2p-circuit`),
      ...init
    })

  /** Its address at the relay. */
  const relayed = async ({ swarm }: TestNode): Promise<string> => {
    const address = await until(
      swarm,
      'address:change',
      () => Promise.resolve(swarm.multiaddrs.find((each) => each.includes('p2p-circuit'))),
      signal()
    )
    assert.match(address, /\/p2p-circuit\/p2p\//)
    return address
  }

  it('lets two members sync that nobody can dial', async () => {
    await using b = await startRelay()
    await using a = await startBehind(b)
    await using c = await startBehind(b, { bootstrap: [await relayed(a)] })
    const large = Array.from({ length: 3_000 }, (_, i) => publication(`from a ${i}`))
    await Promise.all([a.publish(large), c.publish([publication('from c')])])
    await converged([a, c], signal(), 2)
    assert.equal(a.swarm.network().connections.relayed, 1)
    assert.equal(b.swarm.network().relay.reservations, 2)
    const [probed] = (await c.swarm.probeBootstrap()).filter(({ relayed: by }) => by === true)
    assert.ok(probed !== undefined && (probed.latency ?? -1) >= 0)
  })

  it('does not carry a sync beyond its limits, which the next connection completes', async () => {
    const relay = { ...DEFAULT_RELAY_LIMITS, bytes: 100_000 }
    await using b = await startRelay({ relay })
    await using a = await startBehind(b)
    for (let i = 0; i < 20; i++) {
      await a.publish([publication(`from a ${randomBytes(6_000).toString('base64')}`)])
    }
    await using c = await startBehind(b, { bootstrap: [await relayed(a)] })
    const ends: string[] = []
    c.swarm.on('peer:disconnect', (peer) => ends.push(peer))
    await converged([a, c], signal())
    assert.ok(ends.filter((peer) => peer === a.swarm.peerId).length > 0)
  })

  it('does not let in by a third who has another key', async () => {
    const other = generateSwarmKey()
    // The relay itself changes its key, so that both reach it.
    await using b = await startRelay({ acceptedKeys: [other] })
    await using a = await startBehind(b)
    const refused = once(a.swarm, 'peer:refuse', { signal: signal() })
    const address = await relayed(a)
    await using c = await startNode({ key: other, bootstrap: [address] })
    const failed = once(c.swarm, 'bootstrap:fail', { signal: signal() })
    assert.match(String((await refused)[0].reason), /swarm key differs/)
    assert.match(String((await failed)[0].reason), /swarm key differs/)
    assert.ok(c.swarm.peers().every(({ peer }) => peer !== a.swarm.peerId))
  })

  it('gives no place to who has no key', async () => {
    await using b = await startRelay()
    const refused = once(b.swarm, 'peer:refuse', { signal: signal() })
    await using stranger = await startBehind(b, { key: undefined })
    await refused
    assert.deepEqual(stranger.swarm.multiaddrs, [])
    assert.equal(b.swarm.network().relay.reservations, 0)
    assert.throws(() => checkSwarmInit({ relay: DEFAULT_RELAY_LIMITS }), {
      code: 'RELAY_NEEDS_KEY'
    })
  })

  it('is found again after its restart', async () => {
    const privateKey = await generateKeyPair('Ed25519')
    const first = await startRelay({ privateKey })
    const listen = first.swarm.multiaddrs.map((address) => address.replace(/\/p2p\/.*/, ''))
    await using a = await startBehind(first)
    const before = await relayed(a)
    await first[Symbol.asyncDispose]()
    await using again = await startRelay({ privateKey, listen })
    await a.publish([publication('from a')])
    await using c = await startNode({ key, bootstrap: [before] })
    await converged([a, c], signal())
    assert.equal(again.swarm.network().relay.reservations, 1)
  })
})
