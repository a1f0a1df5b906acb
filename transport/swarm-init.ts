/** The options of a swarm, and the events that it emits. */
import type { ComponentLogger, PeerId, PrivateKey } from '@libp2p/interface'
import type { Replica, SignedHeader, Store } from '../crdt/index.ts'
import type { SwarmMembers } from './door/door.ts'
import type { DoorReason } from './door/door-reasons.ts'
import type { FilterChange, OfferedFilter } from './filters/filters.ts'
import type { HostFactory, HostOverrides } from './host/host.ts'
import type { Clock } from './peers/offences.ts'
import type { RelayLimits } from './reach/relay-limits.ts'

/** Options of `createSwarm`. */
export interface SwarmInit {
  readonly replica: Replica
  readonly store: Pick<Store, 'section' | 'commit'>
  /** Text of a `swarm.key` file. */
  readonly key?: string
  /** Texts of the keys of peers that are let in as well, while one key replaces another. */
  readonly acceptedKeys?: readonly string[]
  /**
   * What makes this node a member of a closed swarm, whose name binds a root. A swarm with such a name needs
   * it, and any other swarm refuses it.
   */
  readonly members?: SwarmMembers
  /** Multiaddrs of peers to begin with. */
  readonly bootstrap?: readonly string[]
  /** Multiaddrs to listen on; default `DEFAULT_LISTEN`. */
  readonly listen?: readonly string[]
  /** Addresses by which others reach this node, beside those at which it listens: of a NAT, say. */
  readonly announce?: readonly string[]
  /** Looks for peers on this network segment, by multicast DNS; default false. */
  readonly lan?: boolean
  /** What this node relays for other members, who cannot reach each other; default nothing. */
  readonly relay?: RelayLimits
  /** Key of the peer id; by default a new one. */
  readonly privateKey?: PrivateKey
  /**
   * `light`: this node stores no feeds of others. It offers its own entries, knows the swarm by its
   * filters, and fetches single records.
   */
  readonly mode?: 'full' | 'light'
  /** Facts that this node tells peers it has found. Left out: it tells them of none. */
  readonly observed?: OfferedFilter
  /** Milliseconds between two rounds of filters; 0 for none. */
  readonly filterInterval?: number
  /** Milliseconds that an entry which does not come back from its stem waits, at least. */
  readonly embargo?: number
  /**
   * False: own entries that no relay passes on wait, and are not gossiped by this node; default true.
   */
  readonly stemFallback?: boolean
  /** Called with each entry or header from a peer by gossip or stem, before its admission. */
  readonly onHeader?: (peer: PeerId, header: SignedHeader) => void
  /** False: anti-entropy alone, for links too slow or costly for a mesh. */
  readonly gossip?: boolean
  /** Milliseconds between two syncs with a random peer; 0 for none. */
  readonly syncInterval?: number
  /** Milliseconds that one run with a peer may take, of each exchange; default `SYNC_TIMEOUT`. */
  readonly exchangeTimeout?: number
  readonly libp2p?: HostOverrides
  /**
   * Makes the host; by default libp2p over TCP.
   *
   * @internal
   */
  readonly createHost?: HostFactory
  readonly clock?: Clock
  /** 0 up to 1, as `Math.random`. */
  readonly random?: () => number
  readonly logger?: ComponentLogger
  readonly userAgent?: string
}

/** Events of a swarm. */
export interface SwarmEvents {
  'peer:connect': [peer: string]
  'peer:disconnect': [peer: string]
  /** An inbound connection was turned away because of the swarm key. */
  'peer:refuse': [refusal: { readonly address: string; readonly reason: string }]
  /** A peer has proved to be a member; `member` is its signing key in hexadecimal. */
  'member:admit': [admission: { readonly peer: string; readonly member: string }]
  /**
   * A peer was refused at the door, or its certificate ended; `isOurs`: by this node, otherwise the peer
   * refused this node.
   */
  'member:refuse': [
    refusal: { readonly peer: string; readonly reason: DoorReason; readonly isOurs: boolean }
  ]
  /** A peer sent what no honest peer would. */
  'peer:offend': [offence: { readonly peer: string; readonly reason: string }]
  /** Two nodes run with the key of this peer; `isOwn`: with the key of this node. */
  'peer:duplicate': [
    duplicate: { readonly peer: string; readonly isOwn: boolean; readonly reporter?: string }
  ]
  /** This node listens at other addresses than before: at a relay, say. */
  'address:change': [addresses: { readonly multiaddrs: readonly string[] }]
  /** A peer was found on this network segment. */
  'lan:find': [found: { readonly addresses: readonly string[] }]
  'bootstrap:fail': [failure: { readonly address: string; readonly reason: string }]
  /** Peers became reachable by gossip, or no longer are. */
  'gossip:change': []
  /** What this node holds of a peer's filter changed. */
  'filter:change': [change: FilterChange]
  /** Own entries of an author wait: none of its relays passes them on. */
  'stem:wait': [waiting: { readonly author: string }]
  /** Entries came in through a sync, which took this long. */
  'sync:receive': [news: { readonly entries: number; readonly milliseconds: number }]
}
