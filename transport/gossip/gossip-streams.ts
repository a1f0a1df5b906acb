/**
 * Gossip with each connected peer. gossipsub opens a stream when a peer connects, and no other one while
 * the peer stays connected. But streams end before: with the one of two connections that breaks, as after
 * a loss of power that nobody noticed, and where a peer read too slowly. If the other side's stream breaks,
 * gossipsub forgets the peer, whatever other connections it has. Nothing more would go either way.
 */
import { repeatingTask } from '@libp2p/utils'
import { GOSSIP_STREAM_INTERVAL } from '../constants.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import type { RepeatingTask } from '@libp2p/utils'

/** Of gossipsub: public on the class, missing from the interface it is returned as. */
export interface StreamingService {
  /** By the name of each peer that it knows. */
  readonly peers: ReadonlyMap<string, PeerId>
  readonly streamsOutbound: ReadonlyMap<string, OutboundStream>
  /** Makes the peer known, and opens a stream unless there is one. */
  onPeerConnected(peer: PeerId, connection: OpenConnection): void
}

type OpenConnection = Pick<Connection, 'status'>

export interface OutboundStream {
  readonly rawStream: Pick<Stream, 'abort' | 'remoteWriteStatus'>
}

/** Peers of the swarm, and their connections. */
export interface ConnectedPeers {
  peers(): readonly PeerId[]
  connections(peer: PeerId): readonly OpenConnection[]
}

export class GossipStreams {
  readonly #service: StreamingService
  readonly #connected: ConnectedPeers
  readonly #looks: RepeatingTask
  /** Peers without a stream at the last look: one that has just connected gets its own. */
  #missing = new Set<string>()

  constructor(service: StreamingService, connected: ConnectedPeers) {
    this.#service = service
    this.#connected = connected
    this.#looks = repeatingTask(() => this.look(), GOSSIP_STREAM_INTERVAL)
  }

  start(): void {
    this.#looks.start()
  }

  stop(): void {
    this.#looks.stop()
  }

  /** Ends streams that nobody reads, and opens those that are missing. */
  look(): void {
    const missing = new Set<string>()
    for (const peer of this.#connected.peers()) {
      const name = peer.toString()
      this.#endUnread(name)
      const { peers, streamsOutbound } = this.#service
      if (peers.has(name) && streamsOutbound.has(name)) continue
      missing.add(name)
      const open = this.#connected.connections(peer).find(({ status }) => status === 'open')
      if (open === undefined || !this.#missing.has(name)) continue
      this.#service.onPeerConnected(peer, open)
    }
    this.#missing = missing
  }

  /** A peer that closes its side, on which nothing ever comes, has forgotten this node. */
  #endUnread(name: string): void {
    const stream = this.#service.streamsOutbound.get(name)?.rawStream
    if (stream === undefined || stream.remoteWriteStatus === 'writable') return
    stream.abort(new Error('The peer no longer reads this stream of gossip.'))
  }
}
