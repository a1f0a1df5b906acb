/** One protocol of ours on the host: its registration, the peers that speak it, and its end. */
import { setMaxListeners } from 'node:events'
import { MalformedError } from '../../crdt/index.ts'
import { EXCHANGE_IDLE_TIMEOUT } from '../constants.ts'
import { errorOf, ProtocolError } from '../errors.ts'
import { IdleTimeout } from './idle-timeout.ts'
import { registerProtocol } from './protocol-registration.ts'
import type { ComponentLogger, Connection, Logger, PeerId, Stream } from '@libp2p/interface'
import type { ConnectionManager, Registrar } from '@libp2p/interface-internal'

export interface ProtocolPeersInit {
  readonly protocol: string
  /** For the log. */
  readonly name: string
  /** Streams one peer may have open towards this node, and this node towards it. */
  readonly maxStreams: number
  readonly onStream: (stream: Stream, peer: PeerId) => Promise<void>
  readonly onConnect?: (peer: PeerId, connection: Connection) => void
  readonly onDisconnect?: (peer: PeerId) => void
  /** A peer broke the protocol or sent what no honest peer would. */
  readonly onOffence: (peer: PeerId, reason: string) => void
}

/** What libp2p gives to a service that is built on exchanges. */
export interface ExchangeComponents {
  readonly registrar: Pick<Registrar, 'handle' | 'register' | 'unhandle' | 'unregister'>
  readonly connectionManager: Pick<ConnectionManager, 'getConnections' | 'openStream'>
  readonly logger: ComponentLogger
}

export class ProtocolPeers {
  readonly log: Logger
  readonly #init: ProtocolPeersInit
  readonly #components: ExchangeComponents
  readonly #peers = new Map<string, PeerId>()
  #stopping = new AbortController()
  #unregister: (() => Promise<void>) | undefined

  constructor(components: ExchangeComponents, init: ProtocolPeersInit) {
    this.#init = init
    this.#components = components
    this.log = components.logger.forComponent(`hive:${init.name}`)
  }

  /** Those that are connected. */
  list(): PeerId[] {
    return [...this.#peers.values()]
  }

  get(name: string): PeerId | undefined {
    return this.#peers.get(name)
  }

  /** Aborted when the node stops. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  async start(): Promise<void> {
    this.#stopping = new AbortController()
    setMaxListeners(Infinity, this.#stopping.signal)
    const { protocol, maxStreams, onStream, onConnect, onDisconnect } = this.#init
    this.#unregister = await registerProtocol(this.#components.registrar, {
      protocol,
      maxStreams,
      onStream: (stream, { remotePeer }) => onStream(stream, remotePeer),
      onConnect: (peer, connection) => {
        this.#peers.set(peer.toString(), peer)
        onConnect?.(peer, connection)
      },
      onDisconnect: (peer) => {
        this.#peers.delete(peer.toString())
        onDisconnect?.(peer)
      }
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The node is stopping.'))
    await this.#unregister?.()
    this.#unregister = undefined
  }

  /** Opens a stream to the peer, unless that takes too long, or the node stops. */
  async open(peer: PeerId, signal?: AbortSignal): Promise<Stream> {
    this.stopping.throwIfAborted()
    const limits = [this.stopping, AbortSignal.timeout(EXCHANGE_IDLE_TIMEOUT)]
    return this.#components.connectionManager.openStream(peer, this.#init.protocol, {
      signal: AbortSignal.any(signal === undefined ? limits : [...limits, signal])
    })
  }

  /** Runs the task until it ends, its stream falls silent, the caller gives up or the node stops. */
  async watch<T>(
    stream: Stream,
    caller: AbortSignal | undefined,
    task: (signal: AbortSignal, refresh: () => void) => Promise<T>
  ): Promise<T> {
    const idle = new IdleTimeout(EXCHANGE_IDLE_TIMEOUT)
    const limits = [this.stopping, idle.signal]
    const signal = AbortSignal.any(caller === undefined ? limits : [...limits, caller])
    // Every read and write of the task listens to it.
    setMaxListeners(Infinity, signal)
    stream.addEventListener('message', idle.refresh)
    stream.addEventListener('drain', idle.refresh)
    try {
      return await task(signal, idle.refresh)
    } finally {
      stream.removeEventListener('message', idle.refresh)
      stream.removeEventListener('drain', idle.refresh)
      idle.stop()
    }
  }

  /** Resets the stream, and blames the peer if it broke the protocol. */
  fail(stream: Stream, peer: PeerId, error: unknown): void {
    stream.abort(errorOf(error))
    if (error instanceof ProtocolError || error instanceof MalformedError) {
      this.#init.onOffence(peer, error.message)
    }
  }
}
