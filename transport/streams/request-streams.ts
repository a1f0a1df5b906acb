/**
 * One protocol of requests and responses on the host, over streams that stay open: a stream for each
 * direction between two peers, so that a request costs no negotiation. The side that opened a stream
 * sends requests on it, one after the other; the other side answers them in order.
 *
 * A stream is reset when a request failed, fell silent or the node stops. The next request opens another
 * one. A peer that broke the protocol is blamed.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Serial } from '../../crdt/index.ts'
import { EXCHANGE_IDLE_TIMEOUT, MAX_REQUEST_BURST, REQUESTS_PER_SECOND } from '../constants.ts'
import { PeerPaces } from '../peer-paces.ts'
import { FrameStream } from './frame-stream.ts'
import { ProtocolPeers } from './protocol-peers.ts'
import { TurnTaking } from './turn-taking.ts'
import type { AbortOptions, Connection, Logger, PeerId, Stream } from '@libp2p/interface'
import type { ExchangeComponents, ExchangeServiceInit } from './exchange.ts'

/** Answers one request with any number of frames; `write` resolves when there is room for more. */
export type Answer = (
  request: Uint8Array,
  write: (frame: Uint8Array) => Promise<void>,
  signal: AbortSignal
) => Promise<void>

export interface RequestStreamsInit extends ExchangeServiceInit {
  /** For the log. */
  readonly name: string
  readonly maxFrameBytes: number
  /** Streams that one peer may have open towards this node. */
  readonly maxStreams: number
  /** A peer has opened a stream: returns what answers its requests. */
  readonly accept: (peer: PeerId) => Answer
  readonly onConnect?: (peer: PeerId, connection: Connection) => void
  readonly onDisconnect?: (peer: PeerId) => void
}

/** Reads the frames that answer a request; `read` throws when the peer ends the stream before. */
export type ReadAnswer<T> = (read: () => Promise<Uint8Array>) => Promise<T>

/** A stream that this node has opened. */
interface OpenStream {
  readonly stream: Stream
  readonly frames: FrameStream
}

/** Requests to one peer that run one after the other. */
interface Lane {
  readonly peer: PeerId
  readonly serial: Serial
  open?: OpenStream
}

export interface RequestOptions extends AbortOptions {
  /** Requests of different lanes do not wait for each other: each has a stream of its own. */
  readonly lane?: string
}

export class RequestStreams {
  readonly #init: RequestStreamsInit
  readonly #peers: ProtocolPeers
  readonly #paces = new PeerPaces(REQUESTS_PER_SECOND, MAX_REQUEST_BURST)
  /** Of all requests and answers: a buffer of small ones would else take the event loop for 0.5 s. */
  readonly #turn = new TurnTaking()
  /** Of connected peers, by peer and name. */
  readonly #lanes = new Map<string, Map<string, Lane>>()

  constructor(components: ExchangeComponents, init: RequestStreamsInit) {
    this.#init = init
    this.#peers = new ProtocolPeers(components, {
      ...init,
      onStream: (stream, peer) => this.#serve(stream, peer),
      onConnect: (peer, connection) => {
        const name = peer.toString()
        if (!this.#lanes.has(name)) this.#lanes.set(name, new Map())
        init.onConnect?.(peer, connection)
      },
      onDisconnect: (peer) => {
        this.#lanes.delete(peer.toString())
        init.onDisconnect?.(peer)
      }
    })
  }

  get log(): Logger {
    return this.#peers.log
  }

  /** Peers that speak the protocol and are connected. */
  peers(): PeerId[] {
    return this.#peers.list()
  }

  /** Aborted when the node stops. */
  get stopping(): AbortSignal {
    return this.#peers.stopping
  }

  start(): Promise<void> {
    return this.#peers.start()
  }

  async stop(): Promise<void> {
    const lanes = [...this.#lanes.values()].flatMap((each) => [...each.values()])
    const stopped = this.#peers.stop()
    for (const { open } of lanes) open?.stream.abort(new Error('The node is stopping.'))
    await stopped
  }

  /** Sends a request to the peer once those before it are answered, and reads its answer. */
  request<T>(
    peer: PeerId,
    request: Uint8Array,
    readAnswer: ReadAnswer<T>,
    options?: RequestOptions
  ): Promise<T> {
    return this.requestAll(peer, [request], readAnswer, options)
  }

  /** Sends requests together, and reads their answers, which follow each other. */
  async requestAll<T>(
    peer: PeerId,
    requests: readonly Uint8Array[],
    readAnswers: ReadAnswer<T>,
    { signal, lane = '' }: RequestOptions = {}
  ): Promise<T> {
    const way = this.#laneTo(peer, lane)
    return way.serial.run(async () => {
      signal?.throwIfAborted()
      const { stream, frames } = await this.#streamOf(way, signal)
      try {
        return await this.#peers.watch(stream, signal, async (either) => {
          await frames.writeAll(requests, { signal: either })
          return readAnswers(async () => {
            const frame = await frames.read({ signal: either })
            if (frame === undefined) throw new Error('The peer closed the stream before the end.')
            await this.#turn.breathe()
            return frame
          })
        })
      } catch (error) {
        this.#peers.fail(stream, peer, error)
        throw error
      }
    })
  }

  #laneTo(peer: PeerId, name: string): Lane {
    const lanes = this.#lanes.get(peer.toString())
    if (lanes === undefined) throw new Error('The peer is not connected.')
    const known = lanes.get(name)
    if (known !== undefined) return known
    const lane = { peer, serial: new Serial() }
    lanes.set(name, lane)
    return lane
  }

  async #streamOf(lane: Lane, signal: AbortSignal | undefined): Promise<OpenStream> {
    if (lane.open?.stream.status === 'open') return lane.open
    const stream = await this.#peers.open(lane.peer, signal)
    lane.open = { stream, frames: new FrameStream(stream, this.#init.maxFrameBytes) }
    return lane.open
  }

  /** Waits until the next request of the peer may be answered. */
  async #turnOf(peer: PeerId): Promise<void> {
    await this.#turn.breathe()
    const wait = this.#paces.of(peer.toString()).take(1)
    if (wait > 0) await delay(wait, undefined, { signal: this.stopping })
  }

  async #serve(stream: Stream, peer: PeerId): Promise<void> {
    const frames = new FrameStream(stream, this.#init.maxFrameBytes)
    const answer = this.#init.accept(peer)
    try {
      for (;;) {
        const request = await frames.read({ signal: this.stopping })
        if (request === undefined) break
        await this.#turnOf(peer)
        await this.#peers.watch(stream, undefined, (signal, refresh) =>
          answer(
            request,
            (frame) => {
              refresh()
              return frames.write(frame, { signal })
            },
            signal
          )
        )
      }
      await stream.close({ signal: AbortSignal.timeout(EXCHANGE_IDLE_TIMEOUT) })
    } catch (error) {
      this.#peers.fail(stream, peer, error)
      this.log('requests of %p failed - %e', peer, error)
    }
  }
}
