import assert from 'node:assert/strict'
import { once } from 'node:events'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { createHost } from '../../../transport/host/host.ts'
import { internalsOf } from '../../../transport/gossip/gossip.ts'
import { GossipStreams } from '../../../transport/gossip/gossip-streams.ts'
import { startNode } from '../../fixtures/nodes.ts'
import { publications } from '../../fixtures/publications.ts'
import { until } from '../../fixtures/until.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import type { OutboundStream } from '../../../transport/gossip/gossip-streams.ts'
import type { Host } from '../../../transport/host/host.ts'
import type { TestNode } from '../../fixtures/nodes.ts'

describe('gossip to a connected peer', function () {
  this.timeout(30_000)

  it('goes on after its stream has ended', async () => {
    let host: Host | undefined
    await using a = await startNode({
      memory: true,
      createHost: async (init) => (host = await createHost(init))
    })
    await using b = await startNode({ memory: true, bootstrap: a.swarm.multiaddrs })
    const signal = AbortSignal.timeout(25_000)
    await until(a.swarm, 'gossip:change', () => meshed(a, b), signal)
    await until(b.swarm, 'gossip:change', () => meshed(b, a), signal)
    assert.ok(host !== undefined)
    const { streamsOutbound } = internalsOf(host.services.gossip)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a class of gossipsub
    const [stream] = streamsOutbound.values() as Iterable<{ readonly rawStream: Stream }>
    stream?.rawStream.abort(new Error('It read too slowly.'))
    assert.equal(streamsOutbound.size, 0)

    // The new stream begins with the subscriptions.
    const isOpen = (): Promise<true | undefined> =>
      Promise.resolve(streamsOutbound.size === 1 ? true : undefined)
    await until(b.swarm, 'gossip:change', isOpen, signal)
    const admitted = once(b.replica, 'entry:admit', { signal })
    await a.publish(publications(1))
    await admitted
  })

  it('is begun at the second look that finds none, over a connection that is open', async () => {
    const { streams, service, begun, peer } = await observed()
    streams.look()
    assert.deepEqual(begun, [], 'it may be on its way')
    streams.look()
    assert.deepEqual(begun, ['open'])
    service.peers.set(peer.toString(), peer)
    streams.look()
    assert.equal(begun.length, 2, 'gossipsub knows the peer and has no stream')
    service.streamsOutbound.set(peer.toString(), streamOf('writable', []))
    for (let i = 0; i < 3; i++) streams.look()
    assert.equal(begun.length, 2)
    service.peers.clear()
    for (let i = 0; i < 2; i++) streams.look()
    assert.equal(begun.length, 3, 'gossipsub has forgotten the peer')
  })

  it('ends on a stream whose side the peer has closed', async () => {
    const { streams, service, peer } = await observed()
    const ended: string[] = []
    service.streamsOutbound.set(peer.toString(), streamOf('writable', ended))
    streams.look()
    assert.deepEqual(ended, [])
    service.streamsOutbound.set(peer.toString(), streamOf('closed', ended))
    streams.look()
    assert.deepEqual(ended, ['The peer no longer reads this stream of gossip.'])
  })
})

/** The looks at one connected peer, that gossipsub does not know, and what they begin. */
async function observed(): Promise<{
  readonly streams: GossipStreams
  readonly service: {
    readonly peers: Map<string, PeerId>
    readonly streamsOutbound: Map<string, OutboundStream>
  }
  /** Statuses of the connections over which streams were begun. */
  readonly begun: string[]
  readonly peer: PeerId
}> {
  const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  const begun: string[] = []
  const service = {
    peers: new Map<string, PeerId>(),
    streamsOutbound: new Map<string, OutboundStream>(),
    onPeerConnected: (_: PeerId, { status }: Pick<Connection, 'status'>) => void begun.push(status)
  }
  const streams = new GossipStreams(service, {
    peers: () => [peer],
    connections: () => [{ status: 'closed' }, { status: 'open' }]
  })
  return { streams, service, begun, peer }
}

function streamOf(
  remoteWriteStatus: OutboundStream['rawStream']['remoteWriteStatus'],
  ended: string[]
): OutboundStream {
  return { rawStream: { remoteWriteStatus, abort: ({ message }) => void ended.push(message) } }
}

function meshed(node: TestNode, other: TestNode): Promise<true | undefined> {
  const { peerId } = other.swarm
  const isMeshed = node.swarm
    .peers()
    .some(({ peer, gossip }) => peer === peerId && gossip === 'mesh')
  return Promise.resolve(isMeshed ? true : undefined)
}
