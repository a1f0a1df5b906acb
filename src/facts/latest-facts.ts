/**
 * The facts that landed last, with the bytes that are on disk: a search compares them while its index
 * is behind, and reads nothing for it. They are consecutive positions of the log. Whoever changes a
 * fact in another way than by `add` clears them first.
 */
import { SEAL_BYTES } from '../../crdt/bytes/index.ts'
import type { FactWrite } from '../fact-format/index.ts'

/** As many as a search compares; of large facts fewer, so that they take at most 1 MiB. */
const MAX_FACTS = 512
const MAX_BYTES = 2 ** 20

type Landed = Pick<FactWrite, 'bytes' | 'digest' | 'digestKey'>

export class LatestFacts {
  #facts: Landed[] = []
  /** A fact that landed twice is here with its latest bytes. */
  readonly #bytes = new Map<string, Uint8Array>()
  /** Position behind the last of them in the log. */
  #end = 0

  /** Facts that landed, in the order of the log, and the position behind them. */
  add(landed: readonly Landed[], end: number): void {
    if (end - landed.length !== this.#end) this.clear()
    this.#end = end
    const facts = [...this.#facts, ...landed]
    let [first, size] = [facts.length, 0]
    for (; first > 0 && facts.length - first < MAX_FACTS; first--) {
      size += facts[first - 1]?.bytes.length ?? 0
      if (size > MAX_BYTES) break
    }
    this.#facts = facts.slice(first)
    this.#bytes.clear()
    for (const { digestKey, bytes } of this.#facts) {
      this.#bytes.set(digestKey, bytes.subarray(SEAL_BYTES))
    }
  }

  clear(): void {
    this.#facts = []
    this.#bytes.clear()
  }

  /**
   * The newest digests from a position on, at most `limit`; undefined if some of them are not here.
   */
  newest(from: number, limit: number): readonly Uint8Array[] | undefined {
    const start = this.#end - this.#facts.length
    const first = Math.max(from, this.#end - limit)
    if (this.#facts.length === 0 || first < start) return undefined
    return this.#facts.slice(first - start).map(({ digest }) => digest)
  }

  /** The bytes without their seal; undefined for a fact that is not here. */
  bytesOf(digestKey: string): Uint8Array | undefined {
    return this.#bytes.get(digestKey)
  }
}
