/**
 * `/have/1.0.0`: bodies of records by digest, from anyone. A body needs no signature: its digest is
 * its name, and is checked before it is taken.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readBytes, readUint, toHex } from '../../crdt/bytes/index.ts'
import { recordDigest } from '../../crdt/index.ts'
import {
  MAX_REQUESTED_BODIES,
  MAX_QUERIED_PEERS,
  MAX_HAVE_FRAME_BYTES,
  MAX_INBOUND_EXCHANGES,
  SYNC_REQUEST_TIMEOUT
} from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { withDeadline } from '../streams/deadline.ts'
import { Exchanges } from '../streams/exchange.ts'
import type { AbortOptions, PeerId, Startable } from '@libp2p/interface'
import type { PublicView } from '../../crdt/index.ts'
import type { ExchangeComponents, ExchangeServiceInit } from '../streams/exchange.ts'
import type { FrameStream } from '../streams/frame-stream.ts'

export interface HaveInit extends ExchangeServiceInit {
  readonly replica: Pick<PublicView, 'bodies'>
}

/** Options of `fetch`. */
export interface FetchOptions extends AbortOptions {
  /** Peers to ask before any other. */
  readonly preferredPeers?: readonly string[]
}

export interface Have {
  /** Bodies that some connected peer has, by digest in hex; who fails or lies is passed over. */
  fetch(
    digests: readonly Uint8Array[],
    options?: FetchOptions
  ): Promise<ReadonlyMap<string, Uint8Array>>
}

/** A service for `createLibp2p`. */
export function have(init: HaveInit): (components: ExchangeComponents) => Have {
  return (components) => new HaveService(components, init)
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
  readonly #exchanges: Exchanges

  constructor(components: ExchangeComponents, init: HaveInit) {
    this.#replica = init.replica
    this.#exchanges = new Exchanges(components, {
      ...init,
      name: 'have',
      maxFrameBytes: MAX_HAVE_FRAME_BYTES,
      maxStreams: MAX_INBOUND_EXCHANGES,
      respond: (frames, signal) => this.#respond(frames, signal)
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
    { preferredPeers = [], signal }: FetchOptions = {}
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>()
    for (const peer of this.#peersToQuery(preferredPeers)) {
      const missing = digests.filter((digest) => !found.has(toHex(digest)))
      for (let from = 0; from < missing.length; from += MAX_REQUESTED_BODIES) {
        signal?.throwIfAborted()
        const asked = missing.slice(from, from + MAX_REQUESTED_BODIES)
        const bodies = new Map<string, Uint8Array>()
        const keep = (): void => bodies.forEach((body, name) => found.set(name, body))
        try {
          await this.#request(peer, asked, bodies, signal)
          keep()
        } catch (error) {
          signal?.throwIfAborted()
          this.#exchanges.log('cannot fetch bodies from %p - %e', peer, error)
          // Each one has its digest: what came in time is good.
          if (!(error instanceof ProtocolError)) keep()
          break
        }
      }
      if (found.size === digests.length) break
    }
    return found
  }

  /** Adds the bodies to `bodies` as they come. */
  #request(
    peer: PeerId,
    asked: readonly Uint8Array[],
    bodies: Map<string, Uint8Array>,
    caller: AbortSignal | undefined
  ): Promise<void> {
    return withDeadline(SYNC_REQUEST_TIMEOUT, (late) => {
      const signal = caller === undefined ? late : AbortSignal.any([caller, late])
      return this.#exchanges.run(
        peer,
        async (frames, either) => {
          await frames.write(writeDigests(asked), { signal: either })
          await readBodies(frames, asked, bodies, either)
        },
        { signal }
      )
    })
  }

  #peersToQuery(first: readonly string[]): PeerId[] {
    const preferred = first.flatMap((name) => this.#exchanges.peer(name) ?? [])
    const others = this.#exchanges.peers().filter((peer) => !first.includes(peer.toString()))
    return [...preferred, ...others].slice(0, MAX_QUERIED_PEERS)
  }

  async #respond(frames: FrameStream, signal: AbortSignal): Promise<void> {
    const asked = await frames.read({ signal })
    if (asked === undefined) return
    const digests = readDigests(asked)
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
  bodies: Map<string, Uint8Array>,
  signal: AbortSignal
): Promise<void> {
  const asked = new Set(digests.map(toHex))
  for (;;) {
    const body = await frames.read({ signal })
    if (body === undefined) return
    const name = toHex(recordDigest(body))
    if (!asked.delete(name)) throw new ProtocolError('a body that was not requested')
    bodies.set(name, body)
  }
}
