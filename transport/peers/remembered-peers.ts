/**
 * Addresses of peers this node has met, kept for the next start when no bootstrap answers. They are written
 * together, once a second at most: peers that come and go would else cause a write each.
 *
 * Keys of peers cost nothing, so an attacker may connect with any number of them. What it displaces is
 * bounded by how a peer was met: one that this node dialled goes for others of that kind only, one that
 * brought entries not for one that brought none; and one network has few places.
 */
import { z } from 'zod'
import { Retry } from '../../crdt/index.ts'
import {
  MAX_REMEMBERED_OF_GROUP,
  MAX_REMEMBERED_PEERS,
  REMEMBERED_PLACES,
  REMEMBERED_REFRESH
} from '../constants.ts'
import type { Section, Store } from '../../crdt/index.ts'
import type { Clock } from './offences.ts'

/** How a peer was met, the best first: this node dialled it, it brought entries, or it only came. */
const KINDS = ['dialled', 'useful', 'inbound'] as const

const Remembered = z.object({
  addresses: z.array(z.string()),
  lastSeen: z.number(),
  /** Absent in what earlier versions wrote. */
  kind: z.enum(KINDS).default('useful'),
  group: z.string().optional()
})
type Remembered = z.infer<typeof Remembered>

/** Addresses kept of one peer. */
const MAX_ADDRESSES = 4

export type PeerKind = (typeof KINDS)[number]

/** How a peer was met. */
export interface Meeting {
  readonly kind: PeerKind
  /** The network that it was connected from; undefined for one that is not limited. */
  readonly group?: string
}

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

  /** Multiaddrs with `/p2p/<id>`, by kind, and of each the latest peers first. */
  async load(): Promise<string[]> {
    const stored: [string, Remembered][] = []
    for await (const [key, value] of this.#section.entries()) {
      stored.push([textOf(key), Remembered.parse(JSON.parse(textOf(value)))])
    }
    stored.sort(([, a], [, b]) => a.lastSeen - b.lastSeen)
    for (const [peer, remembered] of stored) this.#peers.set(peer, remembered)
    return stored
      .toReversed()
      .toSorted(([, a], [, b]) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
      .flatMap(([, { addresses }]) => addresses)
  }

  add(peer: string, addresses: readonly string[], { kind: met, group }: Meeting): void {
    const withPeer = addressesOf(peer, addresses)
    if (withPeer.length === 0) return
    const before = this.#peers.get(peer)
    const kind = before === undefined ? met : better(before.kind, met)
    const now = this.#clock.now()
    const isSame =
      before?.addresses.join() === withPeer.join() && before.kind === kind && before.group === group
    const isFresh = before !== undefined && Math.abs(now - before.lastSeen) < REMEMBERED_REFRESH
    // Last met last, so that the map's first peer is the one to forget.
    this.#peers.delete(peer)
    this.#peers.set(
      peer,
      isSame && isFresh ? before : { addresses: withPeer, lastSeen: now, kind, group }
    )
    if (isSame && isFresh) return
    this.#changed.add(peer)
    for (let left = this.#leaving(group); left !== undefined; left = this.#leaving(group)) {
      this.#peers.delete(left)
      this.#changed.add(left)
    }
    this.#writes.later()
  }

  /** Who leaves for the peer that came last, of this group: the oldest of the worst kind that has too many. */
  #leaving(group: string | undefined): string | undefined {
    const all = [...this.#peers]
    const ofGroup = all.filter(([, each]) => group !== undefined && each.group === group)
    if (ofGroup.length > MAX_REMEMBERED_OF_GROUP) return oldestOfWorst(ofGroup)
    for (const kind of KINDS) {
      const ofKind = all.filter(([, each]) => each.kind === kind)
      if (ofKind.length > REMEMBERED_PLACES[kind]) return oldestOfWorst(ofKind)
    }
    return all.length > MAX_REMEMBERED_PEERS ? oldestOfWorst(all) : undefined
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

function better(a: PeerKind, b: PeerKind): PeerKind {
  return KINDS.indexOf(a) < KINDS.indexOf(b) ? a : b
}

/** `peers`: the latest last. */
function oldestOfWorst(peers: readonly (readonly [string, Remembered])[]): string | undefined {
  const worst = Math.max(...peers.map(([, { kind }]) => KINDS.indexOf(kind)))
  return peers.find(([, { kind }]) => KINDS.indexOf(kind) === worst)?.[0]
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
