/**
 * The batches that peers send on stems. Frames of a batch are read only once it has ended, so that streams
 * which are cut in the middle cost no signature. What waits for the end is bounded for all peers together.
 * Beyond it a peer pays that has more than an equal share of it, so that no number of its streams keeps out
 * those of another one: the peer whose bytes have waited the most, each times its time, and of its streams
 * the one that did. A frame that is shorter than any item is refused: an empty one would count for nothing
 * and take 100 bytes.
 */
import { MAX_STEM_READING_BYTES } from '../constants.ts'
import { ProtocolError } from '../errors.ts'
import type { FrameStream } from '../streams/frame-stream.ts'
import type { Clock } from '../peers/offences.ts'

export interface StemBatchesInit {
  /** Of one frame. */
  readonly minFrameBytes: number
  /** Of one batch. */
  readonly maxBatchBytes: number
  readonly clock: Clock
}

/** A stream that is being read. */
interface Reading {
  readonly peer: string
  readonly stop: AbortController
  bytes: number
  /** Bytes times the milliseconds that they have waited, until `at`. */
  waited: number
  at: number
}

/** All streams of a peer. */
interface Share {
  bytes: number
  waited: number
}

export class StemBatches {
  readonly #init: StemBatchesInit
  readonly #reading = new Set<Reading>()
  #bytes = 0

  constructor(init: StemBatchesInit) {
    this.#init = init
  }

  /** The frames of a stream of the peer, once it has ended. */
  async read(
    frames: Pick<FrameStream, 'read'>,
    signal: AbortSignal,
    peer: string
  ): Promise<Uint8Array[]> {
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const batch: Uint8Array[] = []
    const reading = { peer, stop, bytes: 0, waited: 0, at: this.#init.clock.now() }
    this.#reading.add(reading)
    try {
      for (;;) {
        const frame = await frames.read({ signal: either })
        stop.signal.throwIfAborted()
        if (frame === undefined) return batch
        if (frame.length < this.#init.minFrameBytes) {
          throw new ProtocolError('a frame on a stem that is shorter than any item')
        }
        batch.push(frame)
        this.#add(reading, frame.length)
        stop.signal.throwIfAborted()
      }
    } finally {
      this.#drop(reading)
    }
  }

  #add(reading: Reading, bytes: number): void {
    if (reading.bytes + bytes > this.#init.maxBatchBytes) {
      throw new ProtocolError('more on a stem than one batch may have')
    }
    const now = this.#init.clock.now()
    wait(reading, now)
    reading.bytes += bytes
    this.#bytes += bytes
    while (this.#bytes > MAX_STEM_READING_BYTES) {
      const costliest = this.#costliest(now)
      this.#drop(costliest)
      costliest.stop.abort(new Error('Too much of the peer waits for the ends of stems.'))
    }
  }

  #drop(reading: Reading): void {
    if (this.#reading.delete(reading)) this.#bytes -= reading.bytes
  }

  /** Of the peer that pays, the stream that has waited the most. */
  #costliest(now: number): Reading {
    const shares = new Map<string, Share>()
    for (const reading of this.#reading) {
      if (reading.bytes === 0) continue
      wait(reading, now)
      const share = shares.get(reading.peer) ?? { bytes: 0, waited: 0 }
      share.bytes += reading.bytes
      share.waited += reading.waited
      shares.set(reading.peer, share)
    }
    const equal = this.#bytes / shares.size
    const over = [...shares].filter(([, { bytes }]) => bytes >= equal)
    const [payer] = over.toSorted(([, a], [, b]) => b.waited - a.waited || b.bytes - a.bytes)
    const streams = [...this.#reading].filter(({ peer, bytes }) => bytes > 0 && peer === payer?.[0])
    const [costliest] = streams.toSorted((a, b) => b.waited - a.waited || b.bytes - a.bytes)
    if (costliest === undefined) throw new Error('No stream waits.')
    return costliest
  }
}

/** Counts the time since it was counted last. */
function wait(reading: Reading, now: number): void {
  reading.waited += reading.bytes * (now - reading.at)
  reading.at = now
}
