/**
 * Length-prefixed frames over a libp2p stream, with backpressure in both directions. libp2p's own
 * readers take whatever arrives into memory; this one pauses the stream, and with it yamux's
 * window and the sender, while frames wait unread.
 */
import { LengthPrefixedDecoder } from '@libp2p/utils'
import * as encoding from 'lib0/encoding'
import { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_QUEUE_BYTES } from './constants.ts'
import { ProtocolError } from './errors.ts'
import type { AbortOptions, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

export class FrameStream {
  readonly #stream: Stream
  readonly #decoder: LengthPrefixedDecoder
  readonly #frames: Uint8Array[] = []
  #queued = 0
  #ended = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  constructor(stream: Stream, maxFrameBytes: number) {
    this.#stream = stream
    this.#decoder = new LengthPrefixedDecoder({ maxDataLength: maxFrameBytes })
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('remoteCloseWrite', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
  }

  /** The next frame; undefined when the peer has closed its side. */
  async read({ signal }: AbortOptions = {}): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.#frames.shift()
      if (frame !== undefined) {
        this.#queued -= frame.length
        this.#resume()
        return frame
      }
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return undefined
      await this.#arrival(signal)
    }
  }

  /** Resolves when the stream can take more. */
  async write(frame: Uint8Array, { signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    // What was read tells more than "the stream is closed".
    if (this.#error !== undefined) throw this.#error
    if (!this.#stream.send(new Uint8ArrayList(lengthPrefix(frame.length), frame))) {
      await this.#stream.onDrain({ signal })
    }
  }

  #arrival(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#wake = () => {
        this.#wake = undefined
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
    })
  }

  #resume(): void {
    if (this.#queued < FRAME_QUEUE_BYTES / 2 && this.#stream.readStatus === 'paused') {
      this.#stream.resume()
    }
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    try {
      for (const frame of this.#decoder.decode(data)) {
        this.#frames.push(frame.subarray())
        this.#queued += frame.byteLength
      }
    } catch (cause) {
      this.#error = new ProtocolError('a frame that is too long or has no valid length', { cause })
      this.#stream.abort(this.#error)
    }
    if (this.#queued >= FRAME_QUEUE_BYTES && this.#stream.readStatus === 'readable') {
      this.#stream.pause()
    }
    this.#wake?.()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    this.#wake?.()
  }

  readonly #onClose = ({ error }: StreamCloseEvent): void => {
    this.#ended = true
    this.#error ??= error
    this.#wake?.()
  }
}

/** libp2p's unsigned varint is LEB128, as is lib0's. */
function lengthPrefix(length: number): Uint8Array {
  return encoding.encode((encoder) => encoding.writeVarUint(encoder, length))
}
