/**
 * A log of digests in the order in which what they name was added or changed. What follows a store
 * (promotion, search) reads it from the position it has reached.
 */
import { HASH_BYTES } from '../constants.ts'
import { concat, seqBytes, seqOf } from '../bytes/index.ts'
import type { Operation, Section, Store } from './section.ts'

/** Consecutive digests of a log. */
export interface LogPart {
  readonly digests: readonly Uint8Array[]
  /** Position behind them. */
  readonly next: number
}

/** A log of digests, in a section of the store. */
export class DigestLog {
  readonly #section: Section
  #end = 0

  constructor(store: Pick<Store, 'section'>, name: string) {
    this.#section = store.section(name)
  }

  /** Reads where the log ends. Call it once, before anything else. */
  async load(): Promise<void> {
    this.#end = 0
    for await (const [key, bytes] of this.#section.entries({ reverse: true, limit: 1 })) {
      this.#end = endOf(key, bytes)
    }
  }

  /** Position behind the last digest, on disk or on its way. */
  get end(): number {
    return this.#end
  }

  /** Operations that append `digests`; `end` moves at once. */
  append(digests: readonly Uint8Array[]): Operation[] {
    if (digests.length === 0) return []
    const operation = this.#section.put(seqBytes(this.#end), concat(...digests))
    this.#end += digests.length
    return [operation]
  }

  /** What was appended from `from` on and before `to`, a part at a time. */
  async *read(from: number, to: number): AsyncGenerator<LogPart> {
    const range = { gte: await this.#startOf(from), lt: seqBytes(to) }
    for await (const [key, bytes] of this.#section.entries(range)) {
      const start = seqOf(key)
      const digests: Uint8Array[] = []
      for (let at = 0; at < bytes.length; at += HASH_BYTES) {
        if (start + at / HASH_BYTES >= from) digests.push(bytes.subarray(at, at + HASH_BYTES))
      }
      if (digests.length > 0) yield { digests, next: endOf(key, bytes) }
    }
  }

  /** Key of the part that holds `position`. */
  async #startOf(position: number): Promise<Uint8Array> {
    const range = { lte: seqBytes(position), reverse: true, limit: 1 }
    for await (const [key] of this.#section.entries(range)) return key
    return seqBytes(position)
  }
}

function endOf(key: Uint8Array, bytes: Uint8Array): number {
  return seqOf(key) + bytes.length / HASH_BYTES
}
