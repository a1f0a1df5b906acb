/** What addresses say of who can reach them. */
import { isLoopback, isPrivate } from '@libp2p/utils'
import { parseAddress } from '../address.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Who can dial an address: this machine, its network, everybody, or everybody by a relay. */
export type AddressScope = 'loopback' | 'private' | 'public' | 'relay'

export function scopeOf(address: Multiaddr): AddressScope {
  if (hasProtocol(address, 'p2p-circuit')) return 'relay'
  const [first] = address.getComponents()
  if (first?.name === 'memory') return 'loopback'
  if (first?.name.startsWith('dns') === true) return 'public'
  if (isLoopback(address)) return 'loopback'
  return isPrivate(address) ? 'private' : 'public'
}

export function hasProtocol(address: Multiaddr, ...names: readonly string[]): boolean {
  return address.getComponents().some(({ name }) => names.includes(name))
}

/** The IP address of a multiaddr, if it begins with one. */
export function hostOf(address: Multiaddr): string | undefined {
  return address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value
}

/** The address of a relay in the listen option, and the address that libp2p takes for it. */
export interface ListenPlan {
  readonly listen: readonly string[]
  /** Relays to stay connected to. */
  readonly relays: readonly string[]
}

const ANY_RELAY = '/p2p-circuit'

/**
 * `RELAY/p2p-circuit` would fail the start while the relay cannot be reached. So the dialer keeps the
 * relay connected, and libp2p reserves a place at any relay that it is connected to.
 */
export function planListen(addresses: readonly string[]): ListenPlan {
  const listen: string[] = []
  const relays: string[] = []
  for (const address of addresses) {
    const [relay = '', after] = address.split(ANY_RELAY)
    if (after === undefined || relay === '') listen.push(address)
    else {
      parseAddress(address)
      relays.push(relay)
    }
  }
  const places = relays.filter((_, i) => i >= listen.filter((each) => each === ANY_RELAY).length)
  return { listen: [...listen, ...places.map(() => ANY_RELAY)], relays }
}
