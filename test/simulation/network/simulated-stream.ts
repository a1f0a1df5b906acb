/** One side of a stream between two simulated hosts, with a window of bytes as yamux has. */
import { AbstractStream } from '@libp2p/utils'
import { simulated } from '../environment/simulated.ts'
import type { Logger, MessageStreamDirection } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Bytes that are on their way before the sender waits. */
const WINDOW = 256 * 1024

/** Carries what one side does to the other, in order. */
export type Carry = (bytes: Uint8Array | undefined, deliver: () => void) => void

export interface StreamInit {
  readonly id: string
  readonly protocol: string
  readonly direction: MessageStreamDirection
  readonly log: Logger
  readonly carry: Carry
  readonly tamper: (bytes: Uint8Array) => Uint8Array
}

export class SimulatedStream extends AbstractStream {
  readonly #carry: Carry
  readonly #tamper: StreamInit['tamper']
  #peer: SimulatedStream | undefined
  /** Bytes that the other side has not taken. */
  #inFlight = 0
  /** Bytes that were taken and not yet reported, while this side is paused. */
  #unreported = 0
  /** When this side sent the first of what the other one has answered with nothing. */
  #asked: number | undefined

  constructor({ id, protocol, direction, log, carry, tamper }: StreamInit) {
    super({ id, protocol, direction, log })
    this.#carry = carry
    this.#tamper = tamper
  }

  /** Milliseconds for which nothing has come, although this side has sent something. */
  get unanswered(): number {
    return this.#asked === undefined ? 0 : simulated().time.now - this.#asked
  }

  connect(peer: SimulatedStream): void {
    this.#peer = peer
  }

  override sendData(data: Uint8ArrayList): { sentBytes: number; canSendMore: boolean } {
    const bytes = this.#tamper(data.slice())
    this.#asked ??= simulated().time.now
    this.#inFlight += bytes.length
    const peer = this.#peer
    this.#carry(bytes, () => peer?.receive(bytes))
    return { sentBytes: data.byteLength, canSendMore: this.#inFlight < WINDOW }
  }

  receive(bytes: Uint8Array): void {
    if (this.status !== 'open') return
    this.#asked = undefined
    this.onData(bytes)
    this.#unreported += bytes.length
    if (this.readStatus !== 'paused') this.#report()
  }

  override sendReset(): void {
    const peer = this.#peer
    this.#carry(undefined, () => {
      if (peer?.status === 'open') peer.onRemoteReset()
    })
  }

  override sendPause(): void {}

  override sendResume(): void {
    this.#report()
  }

  override sendCloseWrite(): Promise<void> {
    const peer = this.#peer
    this.#carry(undefined, () => peer?.onRemoteCloseWrite())
    return Promise.resolve()
  }

  override sendCloseRead(): Promise<void> {
    const peer = this.#peer
    this.#carry(undefined, () => peer?.onRemoteCloseRead())
    return Promise.resolve()
  }

  #report(): void {
    const bytes = this.#unreported
    const peer = this.#peer
    this.#unreported = 0
    if (bytes > 0) this.#carry(undefined, () => peer?.credit(bytes))
  }

  credit(bytes: number): void {
    this.#inFlight -= bytes
    if (this.writableNeedsDrain && this.#inFlight < WINDOW) this.safeDispatchEvent('drain')
  }
}
