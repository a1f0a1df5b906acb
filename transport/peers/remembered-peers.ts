/**
 * Addresses of peers this node has met, kept for the next start when no bootstrap answers. They are written
 * together, once a second at most: peers that come and go would else cause a write each.
 */
import { z } from 'zod'
import { Retry } from '../../crdt/index.ts'
import { MAX_REMEMBERED_PEERS, REMEMBERED_REFRESH } from '../constants.ts'
import type { Section, Store } from '../../crdt/index.ts'
import type { Clock } from './offences.ts'

const Remembered = z.object({ addresses: z.array(z.string()), lastSeen: z.number() })
type Remembered = z.infer<typeof Remembered>

/** Addresses kept of one peer. */
const MAX_ADDRESSES = 4

export interface RememberedPeersInit {
  readonly store: Pick<Store, 'section' | 'commit'>
  readonly clock: Clock
  /** They could not be written, and are written later. */
  readonly onFailure: (error: unknown) => void
}

export class RememberedPeers {
  readonly #store: Pick<Store, 'commit'>
  readonly #section: Section
  readonly #clock: Clock
  /** The latest last. */
  readonly #peers = new Map<string, Remembered>()
  /** Those that are not on disk as they are here. */
  readonly #changed = new Set<string>()
  readonly #closing = new AbortController()
  readonly #writes: Retry

  constructor({ store, clock, onFailure }: RememberedPeersInit) {
    this.#store = store
    this.#section = store.section('peers')
    this.#clock = clock
    const task = (): Promise<void> => this.#write()
    this.#writes = new Retry({ closing: this.#closing.signal, task, onFailure })
  }

  /** Multiaddrs with `/p2p/<id>`, the latest peers first. */
  async load(): Promise<string[]> {
    const stored: [string, Remembered][] = []
    for await (const [key, value] of this.#section.entries()) {
      stored.push([textOf(key), Remembered.parse(JSON.parse(textOf(value)))])
    }
    stored.sort(([, a], [, b]) => a.lastSeen - b.lastSeen)
    for (const [peer, remembered] of stored) this.#peers.set(peer, remembered)
    return stored.toReversed().flatMap(([, { addresses }]) => addresses)
  }

  add(peer: string, addresses: readonly string[]): void {
    const withPeer = addressesOf(peer, addresses)
    if (withPeer.length === 0) return
    const before = this.#peers.get(peer)
    const now = this.#clock.now()
    const isSame = before?.addresses.join() === withPeer.join()
    const isFresh = before !== undefined && Math.abs(now - before.lastSeen) < REMEMBERED_REFRESH
    // Last met last, so that the map's first peer is the one to forget.
    this.#peers.delete(peer)
    this.#peers.set(peer, isSame && isFresh ? before : { addresses: withPeer, lastSeen: now })
    if (isSame && isFresh) return
    this.#changed.add(peer)
    for (const oldest of this.#peers.keys()) {
      if (this.#peers.size <= MAX_REMEMBERED_PEERS) break
      this.#peers.delete(oldest)
      this.#changed.add(oldest)
    }
    this.#writes.later()
  }

  /** Writes what is not written yet; for the end. Rejects where that fails. */
  async stop(): Promise<void> {
    this.#closing.abort()
    await this.#writes.idle()
    await this.#write()
  }

  async #write(): Promise<void> {
    const changed = [...this.#changed]
    if (changed.length === 0) return
    this.#changed.clear()
    const operations = changed.map((peer) => {
      const remembered = this.#peers.get(peer)
      if (remembered === undefined) return this.#section.del(bytesOf(peer))
      return this.#section.put(bytesOf(peer), bytesOf(JSON.stringify(remembered)))
    })
    try {
      await this.#store.commit(operations)
    } catch (error) {
      for (const peer of changed) this.#changed.add(peer)
      throw error
    }
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
