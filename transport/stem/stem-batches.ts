/**
 * The batches that peers send on stems. Frames of a batch are read only once it has ended, so that streams
 * which are cut in the middle cost no signature. What waits for the end is bounded for all peers together:
 * beyond it the stream that began first ends, so that streams which are held open keep out no others. A
 * frame that is shorter than any item is refused: an empty one would count for nothing and take 100 bytes.
 */
import { MAX_STEM_READING_BYTES } from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import type { FrameStream } from '../streams/frame-stream.ts'

export interface StemBatchesInit {
  readonly minFrameBytes: number
  readonly maxBatchBytes: number
}

export class StemBatches {
  readonly #minFrameBytes: number
  readonly #maxBatchBytes: number
  /** Bytes of each stream that is being read, the first one that began first. */
  readonly #reading = new Map<AbortController, number>()
  #bytes = 0

  /** `minFrameBytes`: of one frame; `maxBatchBytes`: of one batch. */
  constructor({ minFrameBytes, maxBatchBytes }: StemBatchesInit) {
    this.#minFrameBytes = minFrameBytes
    this.#maxBatchBytes = maxBatchBytes
  }

  /** The frames of a stream, once it has ended. */
  async read(frames: Pick<FrameStream, 'read'>, signal: AbortSignal): Promise<Uint8Array[]> {
    const stream = new AbortController()
    const either = AbortSignal.any([signal, stream.signal])
    const batch: Uint8Array[] = []
    this.#reading.set(stream, 0)
    try {
      for (;;) {
        const frame = await frames.read({ signal: either })
        if (frame === undefined) return batch
        if (frame.length < this.#minFrameBytes) {
          throw new ProtocolError('a frame on a stem that is shorter than any item')
        }
        batch.push(frame)
        this.#add(stream, frame.length)
        stream.signal.throwIfAborted()
      }
    } finally {
      this.#bytes -= this.#reading.get(stream) ?? 0
      this.#reading.delete(stream)
    }
  }

  #add(stream: AbortController, bytes: number): void {
    const own = (this.#reading.get(stream) ?? 0) + bytes
    if (own > this.#maxBatchBytes) {
      throw new ProtocolError('more on a stem than one batch may have')
    }
    this.#reading.set(stream, own)
    this.#bytes += bytes
    for (const [oldest, read] of this.#reading) {
      if (this.#bytes <= MAX_STEM_READING_BYTES) break
      if (read === 0 || oldest.signal.aborted) continue
      this.#bytes -= read
      this.#reading.set(oldest, 0)
      oldest.abort(new Error('Too much waits for the ends of stems.'))
    }
  }
}
