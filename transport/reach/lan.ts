/**
 * Peers on the same network segment, by multicast DNS (https://github.com/libp2p/specs, mDNS). Off
 * unless asked for: a node that answers shows every machine of the segment that it runs, under a tag
 * that depends on the swarm. Only members of the swarm know the tag; who finds a peer must still pass
 * the key gate.
 */
import { hash } from 'node:crypto'
import { start, stop } from '@libp2p/interface'
import { MAX_LAN_PEERS } from '../constants.ts'
import { hasProtocol, scopeOf } from './addresses.ts'
import type { PeerDiscovery, PeerInfo } from '@libp2p/interface'
import type { MulticastDNSComponents } from '@libp2p/mdns'

/** A peer that announced itself on this network segment. */
export interface LanPeer {
  readonly peer: string
  /** Multiaddrs, each with `/p2p/<peer id>`. */
  readonly addresses: readonly string[]
  /** Milliseconds of the Unix epoch. */
  readonly lastSeen: number
}

export interface LanInit {
  /** One for each swarm key that this node accepts. */
  readonly tags: readonly string[]
  readonly now: () => number
  /** A peer was found, or has other addresses than before; each has its peer id. */
  readonly onFound: (addresses: readonly string[]) => void
}

const TAG_BYTES = 8

/** A node that changes its key is found by those with the old and by those with the new one. */
export function lanTags(swarm: string, keys: readonly Uint8Array[]): readonly string[] {
  const tagOf = (key: string): string => {
    const text = JSON.stringify(['noormme-hive/lan', swarm, key])
    const name = hash('sha256', text, 'buffer').subarray(0, TAG_BYTES).toString('hex')
    return `_hive-${name}._udp.local`
  }
  if (keys.length === 0) return [tagOf('')]
  return keys.map((key) => tagOf(Buffer.from(key).toString('hex')))
}

type Discovery = (components: MulticastDNSComponents) => PeerDiscovery

/** A service for `createLibp2p`; `discover` makes the discovery of one tag. */
export function lan(
  init: LanInit,
  discover: (tag: string) => Discovery
): (components: MulticastDNSComponents) => Lan {
  return (components) =>
    new Lan(
      init,
      init.tags.map((tag) => discover(tag)(components))
    )
}

export class Lan {
  readonly #init: LanInit
  readonly #discoveries: readonly PeerDiscovery[]
  readonly #peers = new Map<string, LanPeer>()

  constructor(init: LanInit, discoveries: readonly PeerDiscovery[]) {
    this.#init = init
    this.#discoveries = discoveries
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/lan'

  async start(): Promise<void> {
    for (const discovery of this.#discoveries) {
      discovery.addEventListener('peer', this.#onPeer)
      await start(discovery)
    }
  }

  async stop(): Promise<void> {
    for (const discovery of this.#discoveries) {
      discovery.removeEventListener('peer', this.#onPeer)
      await stop(discovery)
    }
  }

  /** Peers that were found, those seen last at the end. */
  peers(): LanPeer[] {
    return [...this.#peers.values()]
  }

  readonly #onPeer = ({ detail: { id, multiaddrs } }: CustomEvent<PeerInfo>): void => {
    const peer = id.toString()
    // Another machine's loopback is not there, and what is beyond the segment is not its business.
    const addresses = multiaddrs
      .filter((address) => scopeOf(address) === 'private' && hasProtocol(address, 'tcp'))
      .map((address) => `${address.toString()}/p2p/${peer}`)
    if (addresses.length === 0) return
    const known = this.#peers.get(peer)?.addresses.join()
    this.#peers.delete(peer)
    this.#peers.set(peer, { peer, addresses, lastSeen: this.#init.now() })
    for (const oldest of this.#peers.keys()) {
      if (this.#peers.size <= MAX_LAN_PEERS) break
      this.#peers.delete(oldest)
    }
    if (known !== addresses.join()) this.#init.onFound(addresses)
  }
}
