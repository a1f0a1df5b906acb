/**
 * Length-prefixed frames over a libp2p stream, with backpressure in both directions. libp2p's own
 * readers take whatever arrives into memory; this one pauses the stream, and with it yamux's
 * window and the sender, while bytes wait unread. They wait in one buffer: 512 KiB in frames or in chunks
 * of one byte would be 57 MB of objects and more. Nobody who reads is woken before a frame is whole, so that
 * chunks of one byte cost little time either.
 */
import * as encoding from 'lib0/encoding'
import { Uint8ArrayList } from 'uint8arraylist'
import { FRAME_QUEUE_BYTES } from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import { ByteQueue } from './byte-queue.ts'
import type { AbortOptions, Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/** No frame is longer than 2^28 bytes. */
const MAX_PREFIX_BYTES = 4

export class FrameStream {
  readonly #stream: Stream
  readonly #maxFrameBytes: number
  readonly #buffer = new ByteQueue()
  /** Bytes that the buffer has at least once the next frame is whole. */
  #needed = 1
  #ended: boolean
  #error: Error | undefined
  #wake: (() => void) | undefined

  constructor(stream: Stream, maxFrameBytes: number) {
    this.#stream = stream
    this.#maxFrameBytes = maxFrameBytes
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
    // Who says little may have ended before anybody listens.
    this.#ended = stream.readableEnded
  }

  /** The next frame; undefined when the peer has closed its side. */
  async read({ signal }: AbortOptions = {}): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.#nextFrame()
      if (frame !== undefined) {
        this.#resume()
        return frame
      }
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return undefined
      await this.#waitForData(signal)
    }
  }

  /** Resolves when the stream can take more. */
  write(frame: Uint8Array, options?: AbortOptions): Promise<void> {
    return this.writeAll([frame], options)
  }

  /** Writes frames as one message of the stream. */
  async writeAll(frames: readonly Uint8Array[], { signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()
    // It tells more than "the stream is closed".
    if (this.#error !== undefined) throw this.#error
    const parts = frames.flatMap((frame) => [lengthPrefix(frame.length), frame])
    if (!this.#stream.send(new Uint8ArrayList(...parts))) {
      await this.#stream.onDrain({ signal })
    }
  }

  /** The next frame, when all of it is there. */
  #nextFrame(): Uint8Array | undefined {
    const prefix = this.#prefix()
    const end = prefix === undefined ? this.#buffer.length + 1 : prefix.bytes + prefix.length
    if (prefix !== undefined && end <= this.#buffer.length) {
      return this.#buffer.take(end, prefix.bytes)
    }
    this.#needed = end
    return undefined
  }

  /** The length of the next frame in the shortest form, when all of it is there. */
  #prefix(): { readonly bytes: number; readonly length: number } | undefined {
    let length = 0
    for (let at = 0; at < this.#buffer.length; at++) {
      const byte = this.#buffer.at(at)
      length += (byte & 0x7f) * 2 ** (7 * at)
      const isLonger = byte === 0 && at > 0
      if (length > this.#maxFrameBytes || isLonger || at === MAX_PREFIX_BYTES) {
        throw new ProtocolError('a frame that is too long or has an invalid length')
      }
      if (byte < 0x80) return { bytes: at + 1, length }
    }
    return undefined
  }

  #waitForData(signal: AbortSignal | undefined): Promise<void> {
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
    if (this.#buffer.length < FRAME_QUEUE_BYTES / 2 && this.#stream.readStatus === 'paused') {
      this.#stream.resume()
    }
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    this.#buffer.append(data)
    if (this.#buffer.length >= FRAME_QUEUE_BYTES && this.#stream.readStatus === 'readable') {
      this.#stream.pause()
    }
    if (this.#buffer.length >= this.#needed) this.#wake?.()
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
