/** Addresses of peers this node has met, kept for the next start when no bootstrap answers. */
import { z } from 'zod'
import { MAX_REMEMBERED_PEERS } from '../constants.ts'
import type { Section, Store } from '../../crdt/index.ts'
import type { Clock } from './offences.ts'

const Remembered = z.object({ addresses: z.array(z.string()), lastSeen: z.number() })
type Remembered = z.infer<typeof Remembered>

/** Addresses kept of one peer. */
const MAX_ADDRESSES = 4

export class RememberedPeers {
  readonly #store: Pick<Store, 'commit'>
  readonly #section: Section
  readonly #clock: Clock
  readonly #peers = new Map<string, Remembered>()

  constructor(store: Pick<Store, 'section' | 'commit'>, clock: Clock) {
    this.#store = store
    this.#section = store.section('peers')
    this.#clock = clock
  }

  /** Multiaddrs with `/p2p/<id>`, the latest peers first. */
  async load(): Promise<string[]> {
    for await (const [key, value] of this.#section.entries()) {
      this.#peers.set(textOf(key), Remembered.parse(JSON.parse(textOf(value))))
    }
    return [...this.#peers.values()]
      .toSorted((a, b) => b.lastSeen - a.lastSeen)
      .flatMap(({ addresses }) => addresses)
  }

  async add(peer: string, addresses: readonly string[]): Promise<void> {
    const withPeer = addressesOf(peer, addresses)
    if (withPeer.length === 0) return
    const remembered = { addresses: withPeer, lastSeen: this.#clock.now() }
    const operations = [this.#section.put(bytesOf(peer), bytesOf(JSON.stringify(remembered)))]
    // Last met last, so that the map's first peer is the one to forget.
    this.#peers.delete(peer)
    this.#peers.set(peer, remembered)
    for (const oldest of this.#peers.keys()) {
      if (this.#peers.size <= MAX_REMEMBERED_PEERS) break
      this.#peers.delete(oldest)
      operations.push(this.#section.del(bytesOf(oldest)))
    }
    await this.#store.commit(operations)
  }
}

/**
 * The first addresses of a peer, each with its id. What leads to another peer is left out: of an address
 * through a relay only the id of the relay is in front.
 */
export function addressesOf(peer: string, addresses: readonly string[]): string[] {
  const end = `/p2p/${peer}`
  return addresses.slice(0, MAX_ADDRESSES).flatMap((address) => {
    if (address.endsWith(end)) return [address]
    const isWithout = address.endsWith('/p2p-circuit') || !address.includes('/p2p/')
    return isWithout ? [address + end] : []
  })
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
