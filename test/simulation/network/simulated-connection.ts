/** One side of a connection between two simulated hosts. */
import { TypedEventEmitter } from '@libp2p/interface'
import { SimulatedStream } from './simulated-stream.ts'
import type {
  Connection,
  ConnectionStatus,
  Logger,
  MessageStreamDirection,
  MessageStreamEvents,
  MultiaddrConnectionTimeline,
  NewStreamOptions,
  PeerId,
  Stream
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Endpoint } from './endpoint.ts'
import type { Link } from './link.ts'

export interface ConnectionInit {
  readonly id: string
  readonly host: Endpoint
  readonly remotePeer: PeerId
  readonly remoteAddr: Multiaddr
  readonly direction: MessageStreamDirection
  readonly link: Link
  readonly log: Logger
}

export class SimulatedConnection
  extends TypedEventEmitter<Omit<MessageStreamEvents, 'drain' | 'message' | 'end'>>
  implements Connection
{
  readonly id: string
  readonly remoteAddr: Multiaddr
  readonly remotePeer: PeerId
  readonly direction: MessageStreamDirection
  readonly streams: Stream[] = []
  readonly timeline: MultiaddrConnectionTimeline = { open: 0 }
  readonly direct = true
  readonly log: Logger
  readonly host: Endpoint
  status: ConnectionStatus = 'open'
  rtt: number | undefined
  readonly #link: Link
  #other: SimulatedConnection | undefined
  #streams = 0

  constructor({ id, host, remotePeer, remoteAddr, direction, link, log }: ConnectionInit) {
    super()
    this.id = id
    this.host = host
    this.remotePeer = remotePeer
    this.remoteAddr = remoteAddr
    this.direction = direction
    this.log = log
    this.#link = link
  }

  connect(other: SimulatedConnection): void {
    this.#other = other
  }

  get link(): Link {
    return this.#link
  }

  async newStream(protocols: string | string[], options: NewStreamOptions = {}): Promise<Stream> {
    const { signal } = options
    signal?.throwIfAborted()
    if (this.status !== 'open') throw new Error(`The connection is ${this.status}.`)
    const wanted = [protocols].flat()
    const { promise, resolve, reject } = Promise.withResolvers<Stream>()
    const onAbort = (): void => reject(signal?.reason)
    const onClose = (): void => reject(new Error('The connection was closed.'))
    signal?.addEventListener('abort', onAbort, { once: true })
    this.addEventListener('close', onClose, { once: true })
    this.#send(undefined, (remote) => {
      const accepted = remote.#accept(wanted, this)
      remote.#send(undefined, () => {
        if (accepted === undefined) reject(new Error(`The peer does not speak ${wanted.join()}.`))
        else resolve(accepted)
      })
    })
    try {
      const stream = await promise
      this.streams.push(stream)
      return stream
    } catch (error) {
      // The remote side sees a stream that was opened in vain.
      promise.then((late) => late.abort(new Error('Opened too late.'))).catch(() => undefined)
      throw error
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.removeEventListener('close', onClose)
    }
  }

  /** Opens the inbound side of a stream; the outbound one, or undefined without a handler or room. */
  #accept(protocols: readonly string[], from: SimulatedConnection): SimulatedStream | undefined {
    const found = this.host.registrar.find(protocols)
    if (found === undefined || this.status !== 'open') return undefined
    const { protocol, handler, maxInboundStreams } = found
    const open = this.streams.filter(
      (stream) =>
        stream.protocol === protocol && stream.direction === 'inbound' && stream.status === 'open'
    )
    if (open.length >= maxInboundStreams) return undefined
    const id = `${this.id}-${++this.#streams}`
    const { log } = this
    const inbound = new SimulatedStream({
      id,
      protocol,
      log,
      direction: 'inbound',
      carry: (bytes, deliver) => this.#send(bytes, deliver),
      tamper: (bytes) => this.host.tamper?.outgoing(bytes) ?? bytes
    })
    const outbound = new SimulatedStream({
      id,
      protocol,
      log,
      direction: 'outbound',
      carry: (bytes, deliver) => from.#send(bytes, deliver),
      tamper: (bytes) => from.host.tamper?.outgoing(bytes) ?? bytes
    })
    inbound.connect(outbound)
    outbound.connect(inbound)
    this.#forgetEnded()
    this.streams.push(inbound)
    Promise.resolve(handler(inbound, this)).catch((error: unknown) =>
      inbound.abort(error instanceof Error ? error : new Error(String(error)))
    )
    return outbound
  }

  /** Runs `deliver` when the bytes are at the other side. */
  carry(bytes: Uint8Array | undefined, deliver: () => void): void {
    this.#send(bytes, deliver)
  }

  /** Runs `deliver` at the other side. */
  tell(deliver: (remote: SimulatedConnection) => void): void {
    this.#send(undefined, deliver)
  }

  close(): Promise<void> {
    this.abort()
    return Promise.resolve()
  }

  abort(error?: Error): void {
    if (this.status !== 'open') return
    this.#send(undefined, (remote) => remote.end(error))
    this.end(error)
  }

  /** The end of this side; the other one may not notice. */
  end(error?: Error): void {
    if (this.status !== 'open') return
    this.status = error === undefined ? 'closed' : 'aborted'
    for (const stream of this.streams) {
      if (stream instanceof SimulatedStream && stream.status === 'open') stream.onRemoteReset()
    }
    this.streams.length = 0
    this.host.closed(this)
    this.safeDispatchEvent('close')
  }

  /** Runs `deliver` at the other side, after the delay of the link. */
  #send(bytes: Uint8Array | undefined, deliver: (remote: SimulatedConnection) => void): void {
    const other = this.#other
    if (other === undefined) return
    this.#link.carry(this, other, bytes, () => {
      if (other.status === 'open') deliver(other)
    })
  }

  #forgetEnded(): void {
    const open = this.streams.filter(({ status }) => status === 'open')
    this.streams.splice(0, this.streams.length, ...open)
  }
}
