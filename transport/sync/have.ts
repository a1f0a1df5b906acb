/**
 * `/have/1.0.0`: bodies of records by digest, from anyone. A body needs no signature: its digest is
 * its name, and is checked before it is taken.
 */
import { setTimeout as delay } from 'node:timers/promises'
import * as encoding from 'lib0/encoding'
import { readAll, readBytes, readUint, toHex } from '../../crdt/bytes/index.ts'
import { recordDigest } from '../../crdt/index.ts'
import {
  BODY_PATIENCE,
  LOOKUPS_PER_SECOND,
  MAX_LOOKUP_BURST,
  MAX_REQUESTED_BODIES,
  MAX_QUERIED_PEERS,
  MAX_HAVE_FRAME_BYTES,
  MAX_INBOUND_EXCHANGES,
  SYNC_REQUEST_TIMEOUT
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { PeerPaces } from '../peer-paces.ts'
import { withDeadline } from '../streams/deadline.ts'
import { Exchanges } from '../streams/exchange.ts'
import { askInTurn } from './ask-in-turn.ts'
import type { AbortOptions, PeerId, Startable } from '@libp2p/interface'
import type { PublicView } from '../../crdt/index.ts'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { FrameStream } from '../streams/frame-stream.ts'

export interface HaveInit extends ExchangeServiceInit {
  readonly replica: Pick<PublicView, 'bodies'>
  /** 0 to 1; picks the peers to ask. */
  random(): number
}

/** Options of `fetch`. */
export interface FetchOptions extends AbortOptions {
  /** Peers to ask before any other. */
  readonly preferredPeers?: readonly string[]
  /** Peers to ask, and no others. */
  readonly peers?: readonly string[]
  /** Milliseconds after which it resolves to what has come; default `SYNC_REQUEST_TIMEOUT`. */
  readonly within?: number
}

export interface Have {
  /**
   * Bodies that some connected peer has, by digest in hex. Who fails or lies is passed over, and where a
   * peer is slow the next one is asked beside it.
   */
  fetch(
    digests: readonly Uint8Array[],
    options?: FetchOptions
  ): Promise<ReadonlyMap<string, Uint8Array>>
}

/** A service for `createLibp2p`. */
export function have(init: HaveInit): (components: ExchangeComponents) => Have {
  return (components) => new HaveService(components, init)
}

/** Takes a body as it comes. */
type Keep = (name: string, body: Uint8Array) => void

interface FetchAnswer {
  /** Without what a peer brought that broke the protocol. */
  readonly found: Map<string, Uint8Array>
  readonly keep: Keep
  /** Aborted when nothing more is to come. */
  readonly end: AbortSignal
}

const HASH_BYTES = 32

/** Bodies that wait for a peer that reads slowly: 0.5 MB. All that it may request would be 8 MB a stream. */
const BODIES_IN_MEMORY = 16

function writeDigests(digests: readonly Uint8Array[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, digests.length)
    for (const digest of digests) encoding.writeUint8Array(encoder, digest)
  })
}

/** Throws `MalformedError`. */
function readDigests(bytes: Uint8Array): Uint8Array[] {
  return readAll(bytes, (decoder) =>
    Array.from({ length: readUint(decoder, MAX_REQUESTED_BODIES) }, () =>
      readBytes(decoder, HASH_BYTES)
    )
  )
}

class HaveService implements Have, Startable {
  readonly #replica: HaveInit['replica']
  readonly #random: () => number
  readonly #exchanges: Exchanges
  readonly #paces = new PeerPaces(LOOKUPS_PER_SECOND, MAX_LOOKUP_BURST)

  constructor(components: ExchangeComponents, init: HaveInit) {
    this.#replica = init.replica
    this.#random = () => init.random()
    this.#exchanges = new Exchanges(components, {
      ...init,
      name: 'have',
      maxFrameBytes: MAX_HAVE_FRAME_BYTES,
      maxStreams: MAX_INBOUND_EXCHANGES,
      respond: (frames, signal, peer) => this.#respond(frames, signal, peer)
    })
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/have'

  start(): Promise<void> {
    return this.#exchanges.start()
  }

  stop(): Promise<void> {
    return this.#exchanges.stop()
  }

  async fetch(
    digests: readonly Uint8Array[],
    { preferredPeers = [], peers, within = SYNC_REQUEST_TIMEOUT, signal }: FetchOptions = {}
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    // Who is asked for a digest twice sends its body twice.
    const wanted = new Map(digests.map((digest) => [toHex(digest), digest]))
    const found = new Map<string, Uint8Array>()
    const enough = new AbortController()
    await withDeadline(within, async (late) => {
      const limits = [late, enough.signal, this.#exchanges.stopping]
      const end = AbortSignal.any(signal === undefined ? limits : [...limits, signal])
      const ask = (peer: PeerId, onProgress: () => void): Promise<void> => {
        const keep = (name: string, body: Uint8Array): void => {
          found.set(name, body)
          onProgress()
          if (found.size === wanted.size) enough.abort()
        }
        return this.#ask(peer, wanted, { found, keep, end })
      }
      const isDone = (): boolean => end.aborted
      const asked =
        peers === undefined ? this.#peersToQuery(preferredPeers) : this.#connected(peers)
      await askInTurn(asked, ask, { patience: BODY_PATIENCE, isDone })
    })
    signal?.throwIfAborted()
    return found
  }

  /** Asks for those of the digests that were not found. Never rejects. */
  async #ask(
    peer: PeerId,
    wanted: ReadonlyMap<string, Uint8Array>,
    { found, keep, end }: FetchAnswer
  ): Promise<void> {
    const missing = [...wanted].flatMap(([name, digest]) => (found.has(name) ? [] : [digest]))
    const brought: string[] = []
    const note: Keep = (name, body) => {
      if (!found.has(name)) brought.push(name)
      keep(name, body)
    }
    try {
      for (let from = 0; from < missing.length; from += MAX_REQUESTED_BODIES) {
        await this.#request(peer, missing.slice(from, from + MAX_REQUESTED_BODIES), note, end)
      }
    } catch (error) {
      if (error instanceof ProtocolError) for (const name of brought) found.delete(name)
      if (!end.aborted) this.#exchanges.log('cannot fetch bodies from %p - %e', peer, error)
    }
  }

  #request(
    peer: PeerId,
    asked: readonly Uint8Array[],
    keep: Keep,
    end: AbortSignal
  ): Promise<void> {
    return withDeadline(SYNC_REQUEST_TIMEOUT, (late) =>
      this.#exchanges.run(
        peer,
        async (frames, either) => {
          await frames.write(writeDigests(asked), { signal: either })
          await readBodies(frames, asked, keep, either)
        },
        { signal: AbortSignal.any([end, late]) }
      )
    )
  }

  #connected(peers: readonly string[]): PeerId[] {
    return peers.flatMap((name) => this.#exchanges.peer(name) ?? [])
  }

  /** Any of the others, so that those which connected first cannot withhold a body. */
  #peersToQuery(first: readonly string[]): PeerId[] {
    const preferred = this.#connected(first)
    const others = this.#exchanges.peers().filter((peer) => !first.includes(peer.toString()))
    const chosen = preferred.slice(0, MAX_QUERIED_PEERS)
    while (chosen.length < MAX_QUERIED_PEERS && others.length > 0) {
      chosen.push(...others.splice(Math.floor(this.#random() * others.length), 1))
    }
    return chosen
  }

  async #respond(frames: FrameStream, signal: AbortSignal, peer: PeerId): Promise<void> {
    const asked = await frames.read({ signal })
    if (asked === undefined) return
    const digests = readDigests(asked)
    // Also a stream costs what a lookup does.
    const wait = this.#paces.of(peer.toString()).take(1 + digests.length)
    if (wait > 0) await delay(wait, undefined, { signal })
    for (let from = 0; from < digests.length; from += BODIES_IN_MEMORY) {
      const some = digests.slice(from, from + BODIES_IN_MEMORY)
      for (const body of await this.#replica.bodies(some)) {
        if (body !== undefined) await frames.write(body, { signal })
      }
    }
  }
}

/** A body a frame until the peer closes its side; each was asked for, and comes once. */
async function readBodies(
  frames: FrameStream,
  digests: readonly Uint8Array[],
  keep: Keep,
  signal: AbortSignal
): Promise<void> {
  const asked = new Set(digests.map(toHex))
  for (;;) {
    const body = await frames.read({ signal })
    if (body === undefined) return
    const name = toHex(recordDigest(body))
    if (!asked.delete(name)) throw new ProtocolError('a body that was not requested')
    keep(name, body)
  }
}
