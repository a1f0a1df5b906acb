/**
 * `/filter/1.0.0`: peers tell each other, as Bloom filters, what they have observed and what they
 * have published. The whole filter once, then the elements added since.
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
  MAX_INBOUND_EXCHANGES
} from '../constants.ts'
import { Exchanges } from '../streams/exchange.ts'
import {
  responseBytes,
  elementsOf,
  readFilterResponse,
  readFilterRequest,
  readChunk,
  slicesBytes,
  slicesOf,
  writeFilterResponse,
  writeFilterRequest,
  writeChunk
} from './filter-frames.ts'
import { PeerFilters } from './peer-filters.ts'
import type { AbortOptions, PeerId, Startable } from '@libp2p/interface'
import type { RepeatingTask } from '@libp2p/utils'
import type { StoredFilter } from '../../crdt/index.ts'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { FilterResponse, FilterRequest, FilterKind } from './filter-frames.ts'
import type { FrameStream } from '../streams/frame-stream.ts'

/** A filter that this node offers. */
export type OfferedFilter = Pick<StoredFilter, 'generation' | 'version' | 'since' | 'snapshot'>

export interface FiltersInit extends ExchangeServiceInit {
  /** Left out: peers are told that there is none. */
  readonly offers: Partial<Readonly<Record<FilterKind, OfferedFilter>>>
  /** Milliseconds between two rounds with all peers; 0 for none. */
  readonly interval?: number
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

const KINDS: readonly FilterKind[] = ['observed', 'published']

class FilterService implements Filters, Startable {
  readonly peerFilters: PeerFilters
  readonly #init: FiltersInit
  readonly #exchanges: Exchanges
  readonly #running = new Map<string, Promise<void>>()
  readonly #rounds: RepeatingTask | undefined
  /** Bytes of filters that are on their way. */
  #incomingBytes = 0

  constructor(components: ExchangeComponents, init: FiltersInit) {
    this.#init = init
    this.#exchanges = new Exchanges(components, {
      ...init,
      name: 'filter',
      maxFrameBytes: MAX_FILTER_FRAME_BYTES,
      maxStreams: MAX_INBOUND_EXCHANGES,
      respond: (frames, signal) => this.#serve(frames, signal),
      onConnect: (peer) => void this.#tryPull(peer)
    })
    this.peerFilters = new PeerFilters((peer) => this.#exchanges.peer(peer) !== undefined)
    const interval = init.interval ?? FILTER_INTERVAL
    if (interval > 0) this.#rounds = repeatingTask(() => this.#round(), interval)
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/filter'

  async start(): Promise<void> {
    await this.#exchanges.start()
    this.#rounds?.start()
  }

  async stop(): Promise<void> {
    this.#rounds?.stop()
    await this.#exchanges.stop()
    await Promise.allSettled(this.#running.values())
  }

  async refresh({ signal }: AbortOptions = {}): Promise<void> {
    const peers = this.#peersToPull()
    // A pull that runs already may have asked too early.
    await Promise.all(peers.map(async (peer) => this.#running.get(peer.toString())))
    await Promise.all(peers.map((peer) => this.#tryPull(peer)))
    signal?.throwIfAborted()
  }

  #round(): void {
    for (const peer of this.#peersToPull()) void this.#tryPull(peer)
  }

  #peersToPull(): PeerId[] {
    return this.#exchanges.peers().slice(0, MAX_FILTER_PEERS)
  }

  /** One pull a peer at a time; a second caller joins it. */
  #tryPull(peer: PeerId): Promise<void> {
    const name = peer.toString()
    const running = this.#running.get(name)
    if (running !== undefined) return running
    const pull = this.#pull(peer)
      .catch((error: unknown) =>
        this.#exchanges.log('cannot fetch filters from %p - %e', peer, error)
      )
      .finally(() => this.#running.delete(name))
    this.#running.set(name, pull)
    return pull
  }

  #pull(peer: PeerId): Promise<void> {
    return this.#exchanges.run(peer, async (frames, signal) => {
      for (const kind of KINDS) await this.#request(frames, peer.toString(), kind, signal)
    })
  }

  async #request(
    frames: FrameStream,
    peer: string,
    kind: FilterKind,
    signal: AbortSignal
  ): Promise<void> {
    const known = this.peerFilters.versionOf(peer, kind)
    await frames.write(writeFilterRequest({ kind, known }), { signal })
    const answer = readFilterResponse(await readFrame(frames, signal))
    const raw = await this.#receive(frames, responseBytes(answer), signal)
    try {
      if (answer.type === 'none') this.peerFilters.drop(peer, kind)
      else if (answer.type === 'delta') this.peerFilters.extend(peer, kind, elementsOf(raw))
      else this.peerFilters.replace(peer, kind, answer.generation, slicesOf(answer.counts, raw))
    } catch (error) {
      this.peerFilters.drop(peer, kind)
      throw error
    }
    if (raw.length > 0) this.#init.onChange({ peer, kind })
  }

  /** The raw bytes that follow an answer, when all that arrive at the time are not too many. */
  async #receive(frames: FrameStream, length: number, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#incomingBytes + length > MAX_INCOMING_FILTER_BYTES) {
      throw new Error('Too many filters arrive at once. A later round requests this filter again.')
    }
    this.#incomingBytes += length
    try {
      return await readChunks(frames, length, signal)
    } finally {
      this.#incomingBytes -= length
    }
  }

  async #serve(frames: FrameStream, signal: AbortSignal): Promise<void> {
    for (;;) {
      const frame = await frames.read({ signal })
      if (frame === undefined) return
      await this.#respond(frames, readFilterRequest(frame), signal)
    }
  }

  async #respond(
    frames: FrameStream,
    { kind, known }: FilterRequest,
    signal: AbortSignal
  ): Promise<void> {
    const { answer, raw } = await responseTo(this.#init.offers[kind], known)
    await frames.write(writeFilterResponse(answer), { signal })
    for (const part of raw) {
      for (let from = 0; from < part.length; from += FILTER_CHUNK_BYTES) {
        const chunk = writeChunk(part.subarray(from, from + FILTER_CHUNK_BYTES))
        await frames.write(chunk, { signal })
      }
    }
  }
}

/** An answer and the raw bytes that follow it: copies, since the filter goes on changing. */
async function responseTo(
  offer: OfferedFilter | undefined,
  known: FilterRequest['known']
): Promise<{ answer: FilterResponse; raw: readonly Uint8Array[] }> {
  if (offer === undefined) return { answer: { type: 'none' }, raw: [] }
  if (known !== undefined && equalBytes(known.generation, offer.generation)) {
    const elements = await offer.since(known.version)
    const answer = { type: 'delta', count: (elements?.length ?? 0) / 8 } as const
    if (elements !== undefined && answer.count <= MAX_DELTA_ELEMENTS) {
      return { answer, raw: [elements] }
    }
  }
  const { generation, slices } = offer.snapshot()
  if (slicesBytes(slices) > MAX_FILTER_BYTES) return { answer: { type: 'none' }, raw: [] }
  const counts = slices.map(({ count }) => count)
  return {
    answer: { type: 'full', generation, counts },
    raw: slices.map(({ bits }) => bits.slice())
  }
}

async function readChunks(
  frames: FrameStream,
  length: number,
  signal: AbortSignal
): Promise<Uint8Array> {
  const raw = new Uint8Array(length)
  for (let at = 0; at < length;) {
    const chunk = readChunk(await readFrame(frames, signal), length - at)
    raw.set(chunk, at)
    at += chunk.length
  }
  return raw
}

async function readFrame(frames: FrameStream, signal: AbortSignal): Promise<Uint8Array> {
  const frame = await frames.read({ signal })
  if (frame === undefined) throw new Error('The peer closed the stream before the end.')
  return frame
}
