/** A head as the tree of heads hashes it: author, hash, then `seq`, `fork` and `base`. */
import { HASH_BYTES } from '../constants.ts'
import type { FeedHead } from './feed.ts'

export const HEAD_BYTES = 2 * HASH_BYTES + 3 * 8

/** Heads in one array, `HEAD_BYTES` each. */
export class HeadBytes {
  readonly bytes: Uint8Array
  readonly #view: DataView

  constructor(count: number) {
    this.bytes = new Uint8Array(count * HEAD_BYTES)
    this.#view = new DataView(this.bytes.buffer)
  }

  /** Writes the head with this number; returns the entries in its window. */
  set(number: number, { author, head, seq, fork, base }: FeedHead): number {
    const at = number * HEAD_BYTES
    this.bytes.set(author, at)
    this.bytes.set(head, at + HASH_BYTES)
    this.#setUint64(at + 2 * HASH_BYTES, seq)
    this.#setUint64(at + 2 * HASH_BYTES + 8, fork)
    this.#setUint64(at + 2 * HASH_BYTES + 16, base)
    return Math.max(0, seq - base + 1)
  }

  #setUint64(at: number, value: number): void {
    this.#view.setUint32(at, Math.floor(value / 2 ** 32))
    this.#view.setUint32(at + 4, value >>> 0)
  }
}
