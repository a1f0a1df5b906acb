/** A head as the tree of heads hashes it: author, hash, then `seq`, `fork` and `base`. */
import { HASH_BYTES } from '../constants.ts'
import type { FeedHead } from './feed.ts'

export const HEAD_BYTES = 2 * HASH_BYTES + 3 * 8

/** Of an author and a hash. */
const WORDS = (2 * HASH_BYTES) / Uint32Array.BYTES_PER_ELEMENT

/** A head, of which an author and a hash begin at `from` of the words. */
export interface HeadWords extends Pick<FeedHead, 'base' | 'fork' | 'seq'> {
  readonly words: Uint32Array
  readonly from: number
}

/** Heads in one array, `HEAD_BYTES` each. */
export class HeadBytes {
  readonly bytes: Uint8Array
  readonly #words: Uint32Array
  readonly #view: DataView

  constructor(count: number) {
    this.bytes = new Uint8Array(count * HEAD_BYTES)
    this.#words = new Uint32Array(this.bytes.buffer)
    this.#view = new DataView(this.bytes.buffer)
  }

  /** Writes the head with this number; returns the entries in its window. */
  set(number: number, { author, head, seq, fork, base }: FeedHead): number {
    const at = number * HEAD_BYTES
    this.bytes.set(author, at)
    this.bytes.set(head, at + HASH_BYTES)
    return this.#setNumbers(at + 2 * HASH_BYTES, seq, fork, base)
  }

  /** The same of a head whose author and hash are these words. A call to copy so few bytes takes longer. */
  copy(number: number, { words, from, seq, fork, base }: HeadWords): number {
    const at = number * HEAD_BYTES
    const to = at / Uint32Array.BYTES_PER_ELEMENT
    for (let i = 0; i < WORDS; i++) this.#words[to + i] = words[from + i] ?? 0
    return this.#setNumbers(at + 2 * HASH_BYTES, seq, fork, base)
  }

  #setNumbers(at: number, seq: number, fork: number, base: number): number {
    this.#setUint64(at, seq)
    this.#setUint64(at + 8, fork)
    this.#setUint64(at + 16, base)
    return Math.max(0, seq - base + 1)
  }

  #setUint64(at: number, value: number): void {
    this.#view.setUint32(at, Math.floor(value / 2 ** 32))
    this.#view.setUint32(at + 4, value >>> 0)
  }
}
