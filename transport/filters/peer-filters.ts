/** The filters of peers that this node holds: what the rest of the swarm seems to know. */
import { GrowingFilter } from '../../crdt/index.ts'
import {
  MAX_FILTER_BYTES,
  MAX_FILTER_PEERS,
  MAX_PEER_FILTER_BYTES,
  MAX_COMBINED_FALSE_POSITIVE_RATE
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import type { FilterVersion, SliceState } from '../../crdt/index.ts'
import type { FilterKind } from './filter-frames.ts'

interface PeerFilter {
  readonly peer: string
  readonly kind: FilterKind
  readonly generation: Uint8Array
  readonly filter: GrowingFilter
  version: number
}

/** What a node holds of its peers' filters of one kind. */
export interface PeerFilterStatus {
  readonly kind: FilterKind
  /** Peers whose filter is held, elements in all of them, and their size. */
  readonly peers: number
  readonly elements: number
  readonly bytes: number
  /** Probability that something nobody has seems to be known. */
  readonly falsePositiveRate: number
}

export class PeerFilters {
  readonly #filters = new Map<string, PeerFilter>()
  /** By kind, those that an answer consults: the largest, as far as the shared error goes. */
  readonly #consulted = new Map<FilterKind, PeerFilter[]>()
  readonly #isConnected: (peer: string) => boolean

  constructor(isConnected: (peer: string) => boolean) {
    this.#isConnected = isConnected
  }

  /** Peers in whose filter the element seems to be; empty is certain, as far as filters are held. */
  peersWith(kind: FilterKind, element: Uint8Array): string[] {
    return (this.#consulted.get(kind) ?? [])
      .filter(({ filter }) => filter.has(element))
      .map(({ peer }) => peer)
  }

  /** Whether any filter would be consulted. */
  hasAny(kind: FilterKind): boolean {
    return (this.#consulted.get(kind)?.length ?? 0) > 0
  }

  /** Whether any consulted filter seems to have the element. */
  has(kind: FilterKind, element: Uint8Array): boolean {
    return this.#consulted.get(kind)?.some(({ filter }) => filter.has(element)) ?? false
  }

  /** Connected peers whose filter of the kind is held. */
  peersOf(kind: FilterKind): string[] {
    return [...this.#filters.values()].flatMap((held) =>
      held.kind === kind && this.#isConnected(held.peer) ? [held.peer] : []
    )
  }

  /** Whether a peer says that it has the element, whatever other filters say. */
  seemsToHave(peer: string, kind: FilterKind, element: Uint8Array): boolean {
    return this.#filters.get(keyOf(peer, kind))?.filter.has(element) ?? false
  }

  versionOf(peer: string, kind: FilterKind): FilterVersion | undefined {
    return this.#filters.get(keyOf(peer, kind))
  }

  /** Throws `MalformedError` when the slices are not those of an honest filter. */
  replace(
    peer: string,
    kind: FilterKind,
    generation: Uint8Array,
    slices: readonly SliceState[]
  ): void {
    const filter = new GrowingFilter(slices)
    this.#filters.delete(keyOf(peer, kind))
    this.#filters.set(keyOf(peer, kind), { peer, kind, generation, filter, version: filter.count })
    this.#evict()
    this.#selectConsulted(kind)
  }

  /** Throws `ProtocolError` when nothing is held that the elements could extend. */
  extend(peer: string, kind: FilterKind, elements: Iterable<Uint8Array>): void {
    const held = this.#filters.get(keyOf(peer, kind))
    if (held === undefined) throw new ProtocolError('a delta of a filter that is not stored')
    const { version } = held
    for (const element of elements) {
      held.filter.add(element)
      held.version += 1
    }
    if (held.version === version) return
    if (held.filter.bytes > MAX_FILTER_BYTES) {
      this.drop(peer, kind)
      throw new ProtocolError('a filter larger than the limit')
    }
    this.#evict()
    this.#selectConsulted(kind)
  }

  /** Drops what a peer no longer offers. */
  drop(peer: string, kind: FilterKind): void {
    if (this.#filters.delete(keyOf(peer, kind))) this.#selectConsulted(kind)
  }

  status(): PeerFilterStatus[] {
    return (['observed', 'published'] as const).map((kind) => {
      const held = [...this.#filters.values()].filter((each) => each.kind === kind)
      const consulted = this.#consulted.get(kind) ?? []
      return {
        kind,
        peers: held.length,
        elements: held.reduce((sum, { filter }) => sum + filter.count, 0),
        bytes: held.reduce((sum, { filter }) => sum + filter.bytes, 0),
        falsePositiveRate:
          1 - consulted.reduce((none, each) => none * (1 - each.filter.falsePositiveRate()), 1)
      }
    })
  }

  /**
   * Whether a filter of the size would be held: filters that are not larger keep their room. Otherwise a few
   * peers with large filters would take that of all others.
   */
  mayHold(peer: string, kind: FilterKind, bytes: number): boolean {
    let sum = bytes
    for (const [key, held] of this.#filters) {
      const stays = key !== keyOf(peer, kind) && this.#isConnected(held.peer)
      if (stays && held.filter.bytes <= bytes) sum += held.filter.bytes
    }
    return sum <= MAX_PEER_FILTER_BYTES
  }

  /**
   * Filters of peers that left go first, the longest unchanged one first. Then of too many peers the one that
   * is unchanged for longest, and of too many bytes the largest filter, of equal ones the newest.
   */
  #evict(): void {
    for (;;) {
      const held = [...this.#filters.values()]
      const bytes = held.reduce((sum, { filter }) => sum + filter.bytes, 0)
      const hasManyPeers = new Set(held.map(({ peer }) => peer)).size > MAX_FILTER_PEERS
      if (bytes <= MAX_PEER_FILTER_BYTES && !hasManyPeers) return
      const gone = held.find(({ peer }) => !this.#isConnected(peer))
      const [largest] = held.toReversed().toSorted((a, b) => b.filter.bytes - a.filter.bytes)
      const next = gone ?? (hasManyPeers ? held[0] : largest)
      if (next === undefined) return
      this.drop(next.peer, next.kind)
    }
  }

  #selectConsulted(kind: FilterKind): void {
    const largest = [...this.#filters.values()]
      .filter((held) => held.kind === kind)
      .toSorted((a, b) => b.filter.count - a.filter.count)
    let error = 0
    const consulted = largest.filter(({ filter }) => {
      const rate = filter.falsePositiveRate()
      if (error + rate > MAX_COMBINED_FALSE_POSITIVE_RATE) return false
      error += rate
      return true
    })
    this.#consulted.set(kind, consulted)
  }
}

function keyOf(peer: string, kind: FilterKind): string {
  return `${kind}/${peer}`
}
