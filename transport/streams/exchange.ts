/**
 * One protocol of ours on the host: who speaks it, its streams both ways, and its end.
 *
 * A stream carries one exchange of frames. It is closed when the exchange has ended, and reset when
 * it failed, fell silent or the node stops; a peer that broke the protocol is blamed.
 */
import { FrameStream } from './frame-stream.ts'
import { ProtocolPeers } from './protocol-peers.ts'
import type { AbortOptions, Connection, Logger, PeerId, Stream } from '@libp2p/interface'
import type { ExchangeComponents } from './protocol-peers.ts'

export type { ExchangeComponents } from './protocol-peers.ts'

/** Options of every service that is built on exchanges. */
export interface ExchangeServiceInit {
  readonly protocol: string
  /** A peer broke the protocol or sent what no honest peer would. */
  readonly onOffence: (peer: PeerId, reason: string) => void
}

export interface ExchangesInit extends ExchangeServiceInit {
  /** For the log. */
  readonly name: string
  readonly maxFrameBytes: number
  /** Streams one peer may have open towards this node, and this node towards it. */
  readonly maxStreams: number
  /** The responder's side of an exchange; what it throws ends up in the log. */
  readonly respond: (frames: FrameStream, signal: AbortSignal, peer: PeerId) => Promise<void>
  readonly onConnect?: (peer: PeerId, connection: Connection) => void
}

type Task<T> = (frames: FrameStream, signal: AbortSignal) => Promise<T>

export class Exchanges {
  readonly #init: ExchangesInit
  readonly #peers: ProtocolPeers

  constructor(components: ExchangeComponents, init: ExchangesInit) {
    this.#init = init
    this.#peers = new ProtocolPeers(components, {
      ...init,
      onStream: (stream, peer) => this.#onStream(stream, peer)
    })
  }

  get log(): Logger {
    return this.#peers.log
  }

  /** Peers that speak the protocol and are connected. */
  peers(): PeerId[] {
    return this.#peers.list()
  }

  peer(name: string): PeerId | undefined {
    return this.#peers.get(name)
  }

  /** Aborted when the node stops. */
  get stopping(): AbortSignal {
    return this.#peers.stopping
  }

  start(): Promise<void> {
    return this.#peers.start()
  }

  stop(): Promise<void> {
    return this.#peers.stop()
  }

  /** Opens a stream to the peer and runs the initiator's side of an exchange. */
  async run<T>(peer: PeerId, task: Task<T>, { signal }: AbortOptions = {}): Promise<T> {
    const stream = await this.#peers.open(peer, signal)
    return this.#exchange(stream, peer, task, signal)
  }

  async #onStream(stream: Stream, remotePeer: PeerId): Promise<void> {
    try {
      await this.#exchange(stream, remotePeer, (frames, signal) =>
        this.#init.respond(frames, signal, remotePeer)
      )
    } catch (error) {
      this.log('exchange with %p failed - %e', remotePeer, error)
    }
  }

  async #exchange<T>(
    stream: Stream,
    peer: PeerId,
    task: Task<T>,
    caller?: AbortSignal
  ): Promise<T> {
    try {
      return await this.#peers.watch(stream, caller, async (signal) => {
        const result = await task(new FrameStream(stream, this.#init.maxFrameBytes), signal)
        await stream.close({ signal })
        return result
      })
    } catch (error) {
      this.#peers.fail(stream, peer, error)
      throw error
    }
  }
}
