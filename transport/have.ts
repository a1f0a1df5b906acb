/**
 * `/have/1.0.0`: bodies of records by digest, from anyone. A body needs no signature: its digest is
 * its name, and is checked before it is taken.
 */
import { setMaxListeners } from 'node:events'
import * as encoding from 'lib0/encoding'
import { readAll, readBytes, readUint, recordDigest, toHex } from '../crdt/index.ts'
import {
  EXCHANGE_IDLE_TIMEOUT,
  MAX_ASKED_BODIES,
  MAX_ASKED_PEERS,
  MAX_HAVE_FRAME_BYTES,
  MAX_INBOUND_EXCHANGES
} from './constants.ts'
import { ProtocolError } from './errors.ts'
import { runExchange } from './exchange.ts'
import type {
  AbortOptions,
  ComponentLogger,
  Connection,
  Logger,
  PeerId,
  Startable,
  Stream
} from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Replica } from '../crdt/index.ts'
import type { FrameStream } from './frame-stream.ts'

export interface HaveInit {
  readonly protocol: string
  readonly replica: Pick<Replica, 'bodies'>
  readonly onOffence: (peer: PeerId, reason: string) => void
}

export interface HaveComponents {
  readonly registrar: Registrar
  readonly connectionManager: ConnectionManager
  readonly logger: ComponentLogger
}

export interface FetchOptions extends AbortOptions {
  /** Peers to ask before any other. */
  readonly first?: readonly string[]
}

export interface Have {
  /** Bodies that some connected peer has, by digest in hex; who fails or lies is passed over. */
  fetch(
    digests: readonly Uint8Array[],
    options?: FetchOptions
  ): Promise<ReadonlyMap<string, Uint8Array>>
}

/** A service for `createLibp2p`. */
export function have(init: HaveInit): (components: HaveComponents) => Have {
  return (components) => new HaveService(components, init)
}

const HASH_BYTES = 32

export function writeDigests(digests: readonly Uint8Array[]): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, digests.length)
    for (const digest of digests) encoding.writeUint8Array(encoder, digest)
  })
}

/** Throws `MalformedError`. */
export function readDigests(bytes: Uint8Array): Uint8Array[] {
  return readAll(bytes, (decoder) =>
    Array.from({ length: readUint(decoder, MAX_ASKED_BODIES) }, () =>
      readBytes(decoder, HASH_BYTES)
    )
  )
}

class HaveService implements Have, Startable {
  readonly #init: HaveInit
  readonly #components: HaveComponents
  readonly #log: Logger
  readonly #peers = new Map<string, PeerId>()
  #stopping = new AbortController()
  #topology: string | undefined

  constructor(components: HaveComponents, init: HaveInit) {
    this.#init = init
    this.#components = components
    this.#log = components.logger.forComponent('hive:have')
  }

  readonly [Symbol.toStringTag] = 'noormme-hive/have'

  async start(): Promise<void> {
    this.#stopping = new AbortController()
    setMaxListeners(Infinity, this.#stopping.signal)
    const { registrar } = this.#components
    const { protocol } = this.#init
    await registrar.handle(protocol, (stream, connection) => this.#onStream(stream, connection), {
      maxInboundStreams: MAX_INBOUND_EXCHANGES,
      maxOutboundStreams: MAX_INBOUND_EXCHANGES
    })
    this.#topology = await registrar.register(protocol, {
      onConnect: (peer) => void this.#peers.set(peer.toString(), peer),
      onDisconnect: (peer) => void this.#peers.delete(peer.toString())
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The node is stopping.'))
    if (this.#topology !== undefined) this.#components.registrar.unregister(this.#topology)
    await this.#components.registrar.unhandle(this.#init.protocol)
  }

  async fetch(
    digests: readonly Uint8Array[],
    { first = [], signal }: FetchOptions = {}
  ): Promise<ReadonlyMap<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>()
    for (const peer of this.#inOrder(first)) {
      const missing = digests.filter((digest) => !found.has(toHex(digest)))
      for (let from = 0; from < missing.length; from += MAX_ASKED_BODIES) {
        signal?.throwIfAborted()
        const asked = missing.slice(from, from + MAX_ASKED_BODIES)
        try {
          for (const [name, body] of await this.#ask(peer, asked, signal)) found.set(name, body)
        } catch (error) {
          signal?.throwIfAborted()
          this.#log('no bodies from %p - %e', peer, error)
          break
        }
      }
      if (found.size === digests.length) break
    }
    return found
  }

  #inOrder(first: readonly string[]): PeerId[] {
    const preferred = first.flatMap((name) => this.#peers.get(name) ?? [])
    const others = [...this.#peers.values()].filter((peer) => !first.includes(peer.toString()))
    return [...preferred, ...others].slice(0, MAX_ASKED_PEERS)
  }

  async #ask(
    peer: PeerId,
    digests: readonly Uint8Array[],
    signal: AbortSignal | undefined
  ): Promise<Map<string, Uint8Array>> {
    const limits = [this.#stopping.signal, AbortSignal.timeout(EXCHANGE_IDLE_TIMEOUT)]
    const opening = AbortSignal.any(signal === undefined ? limits : [...limits, signal])
    const stream = await this.#components.connectionManager.openStream(peer, this.#init.protocol, {
      signal: opening
    })
    return this.#exchange(stream, peer, async (frames, idle) => {
      const either = signal === undefined ? idle : AbortSignal.any([idle, signal])
      await frames.write(writeDigests(digests), { signal: either })
      return readBodies(frames, digests, either)
    })
  }

  async #onStream(stream: Stream, { remotePeer }: Connection): Promise<void> {
    try {
      await this.#exchange(stream, remotePeer, async (frames, signal) => {
        const asked = await frames.read({ signal })
        if (asked === undefined) return
        for (const body of await this.#init.replica.bodies(readDigests(asked))) {
          if (body !== undefined) await frames.write(body, { signal })
        }
      })
    } catch (error) {
      this.#log('bodies for %p failed - %e', remotePeer, error)
    }
  }

  #exchange<T>(
    stream: Stream,
    peer: PeerId,
    task: (frames: FrameStream, signal: AbortSignal) => Promise<T>
  ): Promise<T> {
    const { onOffence } = this.#init
    const stopping = this.#stopping.signal
    const init = { peer, maxFrameBytes: MAX_HAVE_FRAME_BYTES, stopping, onOffence }
    return runExchange(stream, init, task)
  }
}

/** A body a frame until the peer closes its side; each was asked for, and comes once. */
async function readBodies(
  frames: FrameStream,
  digests: readonly Uint8Array[],
  signal: AbortSignal
): Promise<Map<string, Uint8Array>> {
  const asked = new Set(digests.map(toHex))
  const bodies = new Map<string, Uint8Array>()
  for (;;) {
    const body = await frames.read({ signal })
    if (body === undefined) return bodies
    const name = toHex(recordDigest(body))
    if (!asked.delete(name)) throw new ProtocolError('a body that was not asked for')
    bodies.set(name, body)
  }
}
