/** What a node knows of how others reach it. */
import { scopeOf } from './addresses.ts'
import type { Connection } from '@libp2p/interface'
import type { AddressManager } from '@libp2p/interface-internal'
import type { AddressScope } from './addresses.ts'
import type { LanPeer } from './lan.ts'
import type { NatVerdict, ObservedAddress } from './observations.ts'
import type { RelayLimits } from './relay-limits.ts'

/** An address at which this node listens. */
export interface ListenAddress {
  readonly address: string
  readonly scope: AddressScope
  /** Whether a peer has dialled it (AutoNAT), or a relay holds a place for it. */
  readonly confirmed: boolean
}

/** What a node knows of how others reach it. */
export interface NetworkReport {
  readonly addresses: readonly ListenAddress[]
  readonly observed: readonly ObservedAddress[]
  readonly nat: NatVerdict
  readonly relay: {
    /** What this node relays for others; undefined: nothing. */
    readonly limits: RelayLimits | undefined
    /** Nodes that this node can be a relay for now. */
    readonly reservations: number
    /** Addresses of this node at relays. */
    readonly reserved: readonly string[]
  }
  readonly lan: { readonly enabled: boolean; readonly peers: readonly LanPeer[] }
  readonly connections: { readonly direct: number; readonly relayed: number }
}

interface NetworkComponents {
  readonly addressManager: Pick<AddressManager, 'getAddressesWithMetadata'>
}

/** The addresses of a host. */
export class Network {
  readonly #components: NetworkComponents

  constructor(components: NetworkComponents) {
    this.#components = components
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/network'

  /** libp2p counts private addresses as verified, since nobody beyond could dial them. */
  addresses(): ListenAddress[] {
    const found = new Map<string, ListenAddress>()
    for (const {
      multiaddr,
      verified
    } of this.#components.addressManager.getAddressesWithMetadata()) {
      const scope = scopeOf(multiaddr)
      const address = multiaddr.toString()
      const confirmed = verified && (scope === 'public' || scope === 'relay')
      found.set(address, { address, scope, confirmed })
    }
    return [...found.values()]
  }
}

export function countConnections(
  connections: readonly Pick<Connection, 'limits' | 'remoteAddr'>[]
): NetworkReport['connections'] {
  const relayed = connections.filter(({ remoteAddr }) => scopeOf(remoteAddr) === 'relay').length
  return { direct: connections.length - relayed, relayed }
}
