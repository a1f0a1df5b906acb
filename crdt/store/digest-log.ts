/**
 * A log of digests in the order in which what they name was added or changed. What follows a store
 * (promotion, search) reads it from the position it has reached.
 */
import { HASH_BYTES } from '../constants.ts'
import { concat, seqBytes, seqOf } from '../bytes/index.ts'
import { compactLog } from './log-compaction.ts'
import type { Compacted } from './log-compaction.ts'
import type { Operation, Section, Store } from './section.ts'

/** Consecutive digests of a log. */
export interface LogPart {
  readonly digests: readonly Uint8Array[]
  /** Position behind them. */
  readonly next: number
}

/** Digests kept in memory: the last ones appended since the start. */
const KEPT_DIGESTS = 512

/** More digests than one commit appends. */
const MAX_PART_DIGESTS = 2 ** 20

/** A log is compacted once it has this many digests, and twice as many as after the last time. */
const COMPACTED_DIGESTS = 32_768

/** A log of digests, in a section of the store. */
export class DigestLog {
  readonly #store: Pick<Store, 'commit' | 'flush'>
  readonly #name: string
  readonly #section: Section
  readonly #compactions: Section
  #end = 0
  #compacted: Compacted = { to: 0, kept: 0 }
  /** The digests before `#end`. */
  #latest: readonly Uint8Array[] = []

  constructor(store: Pick<Store, 'commit' | 'flush' | 'section'>, name: string) {
    this.#store = store
    this.#name = name
    this.#section = store.section(name)
    this.#compactions = store.section('log-compactions')
  }

  /** Reads where the log ends: before anything else, and after a failed commit. */
  async load(): Promise<void> {
    // Before the last value: what is appended in between, where the log is read as it grows, is no damage.
    const last = await this.#section.lastKey()
    let end = 0
    for await (const [key, bytes] of this.#section.entries({ reverse: true, limit: 1 })) {
      end = endOf(key, bytes)
    }
    // Its last part is damaged: what readers have reached may lie in it, so the log goes on behind.
    if (last !== undefined && end <= seqOf(last)) end = seqOf(last) + MAX_PART_DIGESTS
    this.#end = end
    this.#latest = []
    const compacted = await this.#compactions.get(Buffer.from(this.#name))
    this.#compacted = compacted === undefined ? { to: 0, kept: 0 } : readCompacted(compacted)
  }

  /** Before this position repetitions of digests were dropped. */
  get start(): number {
    return this.#compacted.to
  }

  /** Digests that are stored before `start`. */
  get kept(): number {
    return this.#compacted.kept
  }

  get isCompactionDue(): boolean {
    const { to, kept } = this.#compacted
    return kept + this.#end - to >= Math.max(COMPACTED_DIGESTS, 2 * kept)
  }

  /**
   * Drops repetitions of digests on disk, but for the newest positions. Readers go on at their
   * positions. It may be aborted, and called beside `append`.
   */
  async compact(signal?: AbortSignal): Promise<void> {
    await this.#store.flush()
    const log = { store: this.#store, section: this.#section, end: this.#end }
    const compacted = await compactLog(log, signal)
    const bytes = concat(seqBytes(compacted.to), seqBytes(compacted.kept))
    await this.#store.commit([this.#compactions.put(Buffer.from(this.#name), bytes)])
    this.#compacted = compacted
  }

  /** Position behind the last digest, on disk or on its way. */
  get end(): number {
    return this.#end
  }

  /** Operations that append `digests`; `end` moves at once. */
  append(digests: readonly Uint8Array[]): Operation[] {
    if (digests.length === 0) return []
    const key = seqBytes(this.#end)
    const value = concat(...digests)
    this.#end += digests.length
    // Copied: a digest may be a part of a large buffer.
    const copied = digests.slice(-KEPT_DIGESTS).map((digest) => digest.slice())
    this.#latest = [...this.#latest, ...copied].slice(-KEPT_DIGESTS)
    return [this.#section.put(key, value)]
  }

  /** What was appended from `from` on and before `to`, a part at a time. */
  async *read(from: number, to: number): AsyncGenerator<LogPart> {
    const range = { gte: await this.#startOf(from), lt: seqBytes(to) }
    for await (const [key, bytes] of this.#section.entries(range)) {
      const digests = digestsOf(key, bytes, from)
      if (digests.length > 0) yield { digests, next: endOf(key, bytes) }
    }
  }

  /**
   * The newest digests from `from` on, at most `limit`, in their order. Some may be on their way to
   * disk. The latest ones are in memory, so that a reader waits for no disk while much is written.
   */
  async newest(from: number, limit: number): Promise<readonly Uint8Array[]> {
    const first = Math.max(from, this.#end - limit)
    const kept = this.#end - this.#latest.length
    if (first >= kept) return this.#latest.slice(first - kept)
    const digests: Uint8Array[] = []
    for await (const part of this.read(first, this.#end)) digests.push(...part.digests)
    return digests
  }

  /** Key of the part that holds `position`. */
  async #startOf(position: number): Promise<Uint8Array> {
    const range = { lte: seqBytes(position), reverse: true, limit: 1 }
    for await (const [key] of this.#section.entries(range)) return key
    return seqBytes(position)
  }
}

function readCompacted(bytes: Uint8Array): Compacted {
  const half = bytes.length / 2
  return { to: seqOf(bytes.subarray(0, half)), kept: seqOf(bytes.subarray(half)) }
}

/** The digests of a part from `from` on. */
function digestsOf(key: Uint8Array, bytes: Uint8Array, from: number): Uint8Array[] {
  const start = seqOf(key)
  const digests: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    if (start + at / HASH_BYTES >= from) digests.push(bytes.subarray(at, at + HASH_BYTES))
  }
  return digests
}

function endOf(key: Uint8Array, bytes: Uint8Array): number {
  return seqOf(key) + bytes.length / HASH_BYTES
}
