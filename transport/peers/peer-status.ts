/** What is known of each connected peer. */
import type { Connection } from '@libp2p/interface'

/** A connected peer. */
export interface PeerStatus {
  readonly peer: string
  readonly addresses: readonly string[]
  readonly direction: 'inbound' | 'outbound'
  /** Whether it shares this swarm, that is, speaks its `/sync`. */
  readonly swarm: boolean
  /** Whether gossip reaches it: directly, as one of this node's mesh, or as a subscriber only. */
  readonly gossip: 'mesh' | 'subscriber' | 'none'
  /** Milliseconds; undefined until measured. */
  readonly latency?: number
}

/** Peers that gossip reaches, by peer id. */
export interface GossipPeers {
  readonly mesh: ReadonlySet<string>
  readonly subscribers: ReadonlySet<string>
}

/** One status a peer, with the addresses of all its connections; `swarm`: peers that speak `/sync`. */
export function peerStatuses(
  connections: readonly Pick<Connection, 'direction' | 'remoteAddr' | 'remotePeer' | 'rtt'>[],
  swarm: ReadonlySet<string>,
  gossip: GossipPeers
): PeerStatus[] {
  const gossipOf = (peer: string): PeerStatus['gossip'] => {
    if (gossip.mesh.has(peer)) return 'mesh'
    return gossip.subscribers.has(peer) ? 'subscriber' : 'none'
  }
  const peers = new Map<string, PeerStatus>()
  for (const connection of connections) {
    const peer = connection.remotePeer.toString()
    const address = connection.remoteAddr.toString()
    peers.set(peer, {
      peer,
      addresses: [...(peers.get(peer)?.addresses ?? []), address],
      direction: connection.direction,
      swarm: swarm.has(peer),
      gossip: gossipOf(peer),
      latency: connection.rtt
    })
  }
  return [...peers.values()]
}
