/** How peers see this node: the IP address from which its connections come to them. */
import { networkInterfaces } from 'node:os'
import { MAX_OBSERVERS } from '../constants.ts'
import { hostOf, scopeOf } from './addresses.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * `none`: peers see an address of this machine. `behind`: they see another one, so that a NAT lies
 * between. `unknown`: no peer beyond this machine has said what it sees.
 */
export type NatVerdict = 'none' | 'behind' | 'unknown'

/** An address of this node as peers see it. */
export interface ObservedAddress {
  readonly ip: string
  /** Peers that see it. */
  readonly peers: number
}

export class Observations {
  readonly #ownAddresses: () => ReadonlySet<string>
  /** The address that each peer saw last. */
  readonly #seen = new Map<string, string>()

  constructor(ownAddresses: () => ReadonlySet<string> = addressesOfMachine) {
    this.#ownAddresses = ownAddresses
  }

  /** A relay sees its own connection, not this node's: `remote` says how the peer is connected. */
  add(peer: string, remote: Multiaddr, observed: Multiaddr): void {
    const ip = hostOf(observed)
    const scopes = [scopeOf(remote), scopeOf(observed)]
    if (ip === undefined || scopes.includes('relay') || scopes.includes('loopback')) return
    this.#seen.delete(peer)
    this.#seen.set(peer, ip)
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= MAX_OBSERVERS) break
      this.#seen.delete(oldest)
    }
  }

  list(): ObservedAddress[] {
    const counts = new Map<string, number>()
    for (const ip of this.#seen.values()) counts.set(ip, (counts.get(ip) ?? 0) + 1)
    return Array.from(counts, ([ip, peers]) => ({ ip, peers }))
  }

  get verdict(): NatVerdict {
    if (this.#seen.size === 0) return 'unknown'
    const own = this.#ownAddresses()
    return [...this.#seen.values()].some((ip) => !own.has(ip)) ? 'behind' : 'none'
  }
}

function addressesOfMachine(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
  )
}
