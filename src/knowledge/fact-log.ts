/**
 * The log of facts: their digests in the order in which they were added or changed. What follows the
 * store (promotion, search) reads it from the position it has reached.
 */
import { concat, seqBytes, seqOf } from '../../crdt/index.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'

const DIGEST_BYTES = 32

export interface LogPart {
  readonly digests: readonly Uint8Array[]
  /** Position behind them. */
  readonly next: number
}

export class FactLog {
  readonly #section: Section

  constructor(store: Pick<Store, 'section'>) {
    this.#section = store.section('fact-log')
  }

  /** Appends at `position`, which is the number of digests so far. */
  append(position: number, digests: readonly Uint8Array[]): Operation[] {
    return digests.length === 0 ? [] : [this.#section.put(seqBytes(position), concat(...digests))]
  }

  /** What was appended from `from` on and before `to`, a part at a time. */
  async *read(from: number, to: number): AsyncGenerator<LogPart> {
    const range = { gte: await this.#startOf(from), lt: seqBytes(to) }
    for await (const [key, bytes] of this.#section.entries(range)) {
      const start = seqOf(key)
      const digests: Uint8Array[] = []
      for (let at = 0; at < bytes.length; at += DIGEST_BYTES) {
        const position = start + at / DIGEST_BYTES
        if (position >= from) digests.push(bytes.subarray(at, at + DIGEST_BYTES))
      }
      if (digests.length > 0) yield { digests, next: start + bytes.length / DIGEST_BYTES }
    }
  }

  /** Key of the part that holds `position`. */
  async #startOf(position: number): Promise<Uint8Array> {
    const range = { lte: seqBytes(position), reverse: true, limit: 1 }
    for await (const [key] of this.#section.entries(range)) return key
    return seqBytes(position)
  }

  /** Removes what lies before `position` as a whole. */
  async trim(position: number): Promise<Operation[]> {
    const operations: Operation[] = []
    for await (const [key, bytes] of this.#section.entries({ lt: seqBytes(position) })) {
      const end = seqOf(key) + bytes.length / DIGEST_BYTES
      if (end <= position) operations.push(this.#section.del(key))
    }
    return operations
  }
}
