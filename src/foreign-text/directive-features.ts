/**
 * What the linear model reads of a text: windows of 256 characters, every 128 characters one, and in
 * each window the hashed sequences of one to three words and of four characters. A window is judged
 * by itself, so that an order in a long text counts as much as in a short one. The cost is linear in
 * the length, which is bounded.
 */

/** Buckets of the hash: one weight for each. */
export const BUCKETS = 2 ** 15

/** Features that a window is taken to have at least, so that few words alone decide nothing. */
export const MIN_FEATURES = 120

/** Characters of one text that the model reads. */
const MAX_CHARACTERS = 32_768

const WINDOW = 256
const STEP = WINDOW / 2

/** FNV-1a of 32 bits, with a different start for each kind of feature. */
const PRIME = 0x01000193
const WORD = 0x811c9dc5
const PAIR = 0x2f0b4c47
const TRIPLE = 0x5bd1e995
const CHARACTERS = 0x27d4eb2f

const SPACE = 0x20

/** Reads texts, one at a time: its tables are used again for each window. */
export class DirectiveFeatures {
  /** The number of the window that a bucket was seen in last. */
  readonly #seenIn = new Uint32Array(BUCKETS)
  readonly #buckets = new Uint16Array(BUCKETS)
  #window = 0
  #count = 0;

  /** Yields the distinct buckets of each window of a folded text; valid until the next window. */
  *windows(folded: string): Generator<Uint16Array> {
    const text = folded.toLowerCase().replace(/\s+/g, ' ').slice(0, MAX_CHARACTERS)
    for (let start = 0; start === 0 || start + STEP < text.length; start += STEP) {
      yield this.#read(text, start, Math.min(start + WINDOW, text.length))
    }
  }

  #read(text: string, start: number, end: number): Uint16Array {
    this.#begin()
    let [word, last, beforeLast] = [WORD, 0, 0]
    let [first, second, third] = [SPACE, SPACE, SPACE]
    for (let i = start; i <= end; i++) {
      const code = i < end ? text.charCodeAt(i) : SPACE
      if (isPartOfWord(code)) {
        word = mix(word, code)
      } else if (word !== WORD) {
        this.#add(word)
        if (last !== 0) this.#add(mix(mix(PAIR, last), word))
        if (beforeLast !== 0) this.#add(mix(mix(mix(TRIPLE, beforeLast), last), word))
        beforeLast = last
        last = word
        word = WORD
      }
      this.#add(mix(mix(mix(mix(CHARACTERS, first), second), third), code))
      first = second
      second = third
      third = code
    }
    return this.#buckets.subarray(0, this.#count)
  }

  #begin(): void {
    this.#count = 0
    this.#window += 1
    if (this.#window < 2 ** 32) return
    this.#seenIn.fill(0)
    this.#window = 1
  }

  #add(hash: number): void {
    const bucket = (hash ^ (hash >>> 15)) & (BUCKETS - 1)
    if (this.#seenIn[bucket] === this.#window) return
    this.#seenIn[bucket] = this.#window
    this.#buckets[this.#count] = bucket
    this.#count += 1
  }
}

function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, PRIME)
}

/** Letters and digits of ASCII, the apostrophe, and all beyond ASCII. */
function isPartOfWord(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code > 0x7f || code === 0x27
  )
}
