/**
 * `/filter/1.0.0`: peers tell each other, as Bloom filters, what they have observed and what they
 * have published. The whole filter once, then the elements added since, on a stream that stays open.
 *
 * Guaranteed: what this node holds of a peer is what that peer sent, of the one shape a filter can
 * have. Not guaranteed: that it is true. A hit is always a maybe; nothing may be lost, refused or
 * left unpublished because of one.
 */
import { repeatingTask } from '@libp2p/utils'
import { equalBytes } from '../../crdt/bytes/index.ts'
import {
  FILTER_CHUNK_BYTES,
  FILTER_INTERVAL,
  MAX_INCOMING_FILTER_BYTES,
  MAX_DELTA_ELEMENTS,
  MAX_FILTER_BYTES,
  MAX_FILTER_FRAME_BYTES,
  MAX_FILTER_PEERS,
  MAX_INBOUND_EXCHANGES,
  MIN_BYTES_PER_SECOND,
  SYNC_REQUEST_TIMEOUT
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { abortable } from '../streams/abortable.ts'
import { Deadline } from '../streams/deadline.ts'
import { RequestStreams } from '../streams/request-streams.ts'
import {
  responseBytes,
  elementsOf,
  readFilterResponse,
  readFilterRequest,
  readChunk,
  maxChunks,
  slicesBytes,
  slicesOf,
  writeFilterResponse,
  writeFilterRequest,
  writeChunk
} from './filter-frames.ts'
import { FilterCopies } from './filter-copies.ts'
import { IncomingRoom } from './incoming-room.ts'
import { PeerFilters } from './peer-filters.ts'
import { ROUNDS, Turns } from './turns.ts'
import type { AbortOptions, PeerId, Startable } from '@libp2p/interface'
import type { RepeatingTask } from '@libp2p/utils'
import type { FilterVersion, StoredFilter } from '../../crdt/index.ts'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { FilterResponse, FilterRequest, FilterKind } from './filter-frames.ts'

/** A filter that this node offers. */
export type OfferedFilter = Pick<StoredFilter, 'generation' | 'version' | 'since' | 'snapshot'>

export interface FiltersInit extends ExchangeServiceInit {
  /** Left out: peers are told that there is none. */
  readonly offers: Partial<Readonly<Record<FilterKind, OfferedFilter>>>
  /** Milliseconds after which each peer is asked again; 0 for never. */
  readonly interval?: number
  /** Milliseconds of one request, and more for a filter that is large; default `SYNC_REQUEST_TIMEOUT`. */
  readonly timeout?: number
  /** 0 to 1; spreads the peers over the interval. */
  random(): number
  /** The stored filter of a peer changed. */
  readonly onChange: (change: FilterChange) => void
}

/** Whose filter changed, and which one. */
export interface FilterChange {
  readonly peer: string
  readonly kind: FilterKind
}

export interface Filters {
  readonly peerFilters: PeerFilters
  /** Brings the filters of all connected peers up to date; what fails is logged. */
  refresh(options?: AbortOptions): Promise<void>
}

/** A service for `createLibp2p`. */
export function filters(init: FiltersInit): (components: ExchangeComponents) => Filters {
  return (components) => new FilterService(components, init)
}

type Read = () => Promise<Uint8Array>
type Write = (frame: Uint8Array) => Promise<void>

const KINDS: readonly FilterKind[] = ['observed', 'published']

/** Filters with more elements are sent as bits, which take at least 96 KiB; others as a list. */
const MAX_LISTED_ELEMENTS = 2 ** 12

class FilterService implements Filters, Startable {
  readonly peerFilters: PeerFilters
  readonly #init: FiltersInit
  readonly #streams: RequestStreams
  readonly #running = new Map<string, Promise<void>>()
  readonly #rounds: RepeatingTask | undefined
  readonly #turns: Turns
  readonly #copies = new FilterCopies()
  readonly #room = new IncomingRoom(MAX_INCOMING_FILTER_BYTES)

  constructor(components: ExchangeComponents, init: FiltersInit) {
    this.#init = init
    this.#turns = new Turns(() => init.random())
    this.#streams = new RequestStreams(components, {
      ...init,
      name: 'filter',
      maxFrameBytes: MAX_FILTER_FRAME_BYTES,
      maxStreams: MAX_INBOUND_EXCHANGES,
      accept: () => (request, write) => this.#respond(readFilterRequest(request), write),
      onConnect: (peer) => {
        this.#turns.add(peer.toString())
        // Sync and gossip come first, if this node asks again.
        if (this.#rounds === undefined) void this.#tryPull(peer)
      },
      onDisconnect: (peer) => this.#turns.delete(peer.toString())
    })
    this.peerFilters = new PeerFilters((peer) => this.#turns.has(peer))
    const interval = init.interval ?? FILTER_INTERVAL
    if (interval > 0) this.#rounds = repeatingTask(() => this.#tick(), interval / ROUNDS)
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/filter'

  async start(): Promise<void> {
    await this.#streams.start()
    this.#rounds?.start()
  }

  async stop(): Promise<void> {
    this.#rounds?.stop()
    await this.#streams.stop()
    await Promise.allSettled(this.#running.values())
  }

  async refresh({ signal }: AbortOptions = {}): Promise<void> {
    const refreshed = Promise.all(this.#peersToPull().map((peer) => this.#pullAgain(peer)))
    await (signal === undefined ? refreshed : abortable(refreshed, signal))
  }

  /** A pull that runs already may have asked too early. */
  async #pullAgain(peer: PeerId): Promise<void> {
    await this.#running.get(peer.toString())
    await this.#tryPull(peer)
  }

  get #timeout(): number {
    return this.#init.timeout ?? SYNC_REQUEST_TIMEOUT
  }

  #tick(): void {
    for (const peer of this.#peersToPull()) {
      if (this.#turns.isDue(peer.toString())) void this.#tryPull(peer)
    }
  }

  #peersToPull(): PeerId[] {
    return this.#streams.peers().slice(0, MAX_FILTER_PEERS)
  }

  /** One pull a peer at a time; a second caller joins it. */
  #tryPull(peer: PeerId): Promise<void> {
    const name = peer.toString()
    const running = this.#running.get(name)
    if (running !== undefined) return running
    const pull = this.#pull(peer)
      .catch((error: unknown) =>
        this.#streams.log('cannot fetch filters from %p - %e', peer, error)
      )
      .finally(() => this.#running.delete(name))
    this.#running.set(name, pull)
    return pull
  }

  async #pull(peer: PeerId): Promise<void> {
    const begun = await this.#pullKinds(peer, KINDS)
    if (begun.length === 0) return
    await this.#pullKinds(peer, begun)
    const name = peer.toString()
    for (const kind of begun) {
      if (this.peerFilters.versionOf(name, kind)?.version === 0) {
        this.#init.onChange({ peer: name, kind })
      }
    }
  }

  /** All kinds in one message: most answers say that nothing is new. Resolves to those that only begin. */
  #pullKinds(peer: PeerId, kinds: readonly FilterKind[]): Promise<FilterKind[]> {
    const name = peer.toString()
    const requests = kinds.map((kind) => ({
      peer: name,
      kind,
      known: this.peerFilters.versionOf(name, kind)
    }))
    const pull = new AbortController()
    const deadline = new Deadline(() => pull.abort(new Error('The peer takes too long to answer.')))
    deadline.set(this.#timeout)
    const receiveAll = async (read: Read): Promise<FilterKind[]> => {
      const begun: FilterKind[] = []
      for (const request of requests) {
        const answer = await this.#receiveFilter(read, request, pull, deadline)
        // A filter without slices: its elements follow as a delta.
        if (answer.type === 'full' && answer.counts.length === 0) begun.push(request.kind)
      }
      return begun
    }
    const frames = requests.map(writeFilterRequest)
    return this.#streams
      .requestAll(peer, frames, receiveAll, { signal: pull.signal })
      .finally(() => deadline.end())
  }

  async #receiveFilter(
    read: Read,
    { peer, kind, known }: FilterRequest & { readonly peer: string },
    pull: AbortController,
    deadline: Deadline
  ): Promise<FilterResponse> {
    const answer = readFilterResponse(await read())
    const bytes = responseBytes(answer)
    deadline.set(this.#timeout + (1000 * bytes) / MIN_BYTES_PER_SECOND)
    if (answer.type === 'full' && !this.peerFilters.mayHold(peer, kind, bytes)) {
      throw new Error('Smaller filters of other peers need the room of this one.')
    }
    const raw = await this.#receive(read, bytes, pull)
    try {
      if (answer.type === 'none') this.peerFilters.drop(peer, kind)
      else if (answer.type === 'delta') this.#extend(peer, kind, known, raw)
      else this.peerFilters.replace(peer, kind, answer.generation, slicesOf(answer.counts, raw))
    } catch (error) {
      this.peerFilters.drop(peer, kind)
      throw error
    }
    if (raw.length > 0) this.#init.onChange({ peer, kind })
    return answer
  }

  /** A filter that made room for others while the peer answered is fetched whole by the next round. */
  #extend(peer: string, kind: FilterKind, known: FilterRequest['known'], raw: Uint8Array): void {
    const isGone = known !== undefined && this.peerFilters.versionOf(peer, kind) === undefined
    if (!isGone) this.peerFilters.extend(peer, kind, elementsOf(raw))
  }

  /** The raw bytes that follow an answer, when all that arrive at the time are not too many. */
  async #receive(read: Read, length: number, pull: AbortController): Promise<Uint8Array> {
    const leave = this.#room.take(length, () =>
      pull.abort(new Error('Smaller filters that arrive need the room of this one.'))
    )
    if (leave === undefined) {
      throw new Error('Too many filters arrive at once. A later round requests this filter again.')
    }
    try {
      return await readChunks(read, length)
    } finally {
      leave()
    }
  }

  async #respond({ kind, known }: FilterRequest, write: Write): Promise<void> {
    const offer = this.#init.offers[kind]
    const { frames, end } = await this.#responseTo(offer, known)
    try {
      for (const frame of frames) await write(frame)
    } finally {
      end?.()
    }
  }

  async #responseTo(
    offer: OfferedFilter | undefined,
    known: FilterRequest['known']
  ): Promise<Response> {
    if (offer === undefined) return { frames: [writeFilterResponse({ type: 'none' })] }
    if (known !== undefined && mayBeDelta(offer, known)) {
      const elements = await offer.since(known.version)
      const answer = { type: 'delta', count: (elements?.length ?? 0) / 8 } as const
      if (elements !== undefined && answer.count <= MAX_DELTA_ELEMENTS) {
        return { frames: framesOf(answer, [elements]) }
      }
    }
    const { generation } = offer
    if (known === undefined && offer.version <= MAX_LISTED_ELEMENTS) {
      return { frames: [writeFilterResponse({ type: 'full', generation, counts: [] })] }
    }
    if (slicesBytes(offer.snapshot().slices) > MAX_FILTER_BYTES) {
      return { frames: [writeFilterResponse({ type: 'none' })] }
    }
    const { snapshot, end } = this.#copies.take(offer)
    const counts = snapshot.slices.map(({ count }) => count)
    const raw = snapshot.slices.map(({ bits }) => bits)
    return {
      frames: framesOf({ type: 'full', generation: snapshot.generation, counts }, raw),
      end
    }
  }
}

/** Whether so few elements are new that the log is worth reading. */
function mayBeDelta({ generation, version }: FilterVersion, known: FilterVersion): boolean {
  return equalBytes(known.generation, generation) && version - known.version <= MAX_DELTA_ELEMENTS
}

/** `end`: to be called when the frames were sent. */
interface Response {
  readonly frames: Iterable<Uint8Array>
  readonly end?: () => void
}

/** An answer, and the raw bytes that follow it. */
function* framesOf(answer: FilterResponse, raw: readonly Uint8Array[]): Generator<Uint8Array> {
  yield writeFilterResponse(answer)
  for (const part of raw) {
    for (let from = 0; from < part.length; from += FILTER_CHUNK_BYTES) {
      yield writeChunk(part.subarray(from, from + FILTER_CHUNK_BYTES))
    }
  }
}

async function readChunks(read: Read, length: number): Promise<Uint8Array> {
  const raw = new Uint8Array(length)
  let left = maxChunks(length)
  for (let at = 0; at < length; left--) {
    if (left === 0) throw new ProtocolError('a filter in chunks that are too small')
    const chunk = readChunk(await read(), length - at)
    raw.set(chunk, at)
    at += chunk.length
  }
  return raw
}
