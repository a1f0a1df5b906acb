/**
 * The batches that peers send on stems. Frames of a batch are read only once it has ended, so that streams
 * which are cut in the middle cost no signature. What waits for the end is bounded for all peers together.
 * Beyond it a network pays that has more than an equal share of it, and of its peers one that has more than
 * an equal share of that: so no number of streams, or of keys, keeps out those of others. Of several it is
 * the one whose bytes have waited the most, each times its time, and of its streams the one that did. A frame that is shorter than any item is refused: an empty one would count for nothing
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

/** Who sends a batch. */
export interface BatchSender {
  readonly peer: string
  /** The network that it is of; undefined for one that shares with no other peer. */
  readonly group?: string | undefined
}

/** A stream that is being read. */
interface Reading extends BatchSender {
  readonly stop: AbortController
  bytes: number
  /** Bytes times the milliseconds that they have waited, until `at`. */
  waited: number
  at: number
}

/** Some of the streams. */
interface Share {
  readonly streams: Reading[]
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
    { peer, group }: BatchSender
  ): Promise<Uint8Array[]> {
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const batch: Uint8Array[] = []
    const reading = { peer, group, stop, bytes: 0, waited: 0, at: this.#init.clock.now() }
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

  /** Of the network that pays, and its peer that does, the stream that has waited the most. */
  #costliest(now: number): Reading {
    const open = [...this.#reading].filter(({ bytes }) => bytes > 0)
    for (const reading of open) wait(reading, now)
    const ofNetwork = payingOf(open, ({ peer, group }) => group ?? `peer ${peer}`)
    const [costliest] = payingOf(ofNetwork, ({ peer }) => peer).toSorted(byCost)
    if (costliest === undefined) throw new Error('No stream waits.')
    return costliest
  }
}

/** The streams of the one that pays. */
function payingOf(
  readings: readonly Reading[],
  nameOf: (reading: Reading) => string
): readonly Reading[] {
  const shares = new Map<string, Share>()
  let bytes = 0
  for (const reading of readings) {
    const share = shares.get(nameOf(reading)) ?? { streams: [], bytes: 0, waited: 0 }
    share.streams.push(reading)
    share.bytes += reading.bytes
    share.waited += reading.waited
    bytes += reading.bytes
    shares.set(nameOf(reading), share)
  }
  const equal = bytes / shares.size
  const [payer] = [...shares.values()].filter((share) => share.bytes >= equal).toSorted(byCost)
  return payer?.streams ?? []
}

function byCost(a: Pick<Share, 'bytes' | 'waited'>, b: Pick<Share, 'bytes' | 'waited'>): number {
  return b.waited - a.waited || b.bytes - a.bytes
}

/** Counts the time since it was counted last. */
function wait(reading: Reading, now: number): void {
  reading.waited += reading.bytes * (now - reading.at)
  reading.at = now
}
