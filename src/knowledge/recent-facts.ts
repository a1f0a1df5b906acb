/**
 * Facts that were stored or looked up lately, so that a stream of repetitions needs no disk: a table
 * in which each digest has one place, and takes it from whoever was there. 128 bits of the digest
 * are kept, which no two facts share.
 */

/** What decides whether a repetition adds something. */
interface Held {
  /** The digest, one character a byte. */
  readonly name: string
  readonly confidence: number
  readonly isPrivate: boolean
}

/** 24 bytes a place: 0.4 MB at first, 25 MB at most, as the facts of the node grow. */
const FIRST_PLACES = 2 ** 14
const MAX_PLACES = 2 ** 20

const DIGEST_WORDS = 4

/** Added to the confidence of a private fact. */
const PRIVATE = 2

export class RecentFacts {
  #places = FIRST_PLACES
  #digests = new Uint32Array(FIRST_PLACES * DIGEST_WORDS)
  /** Confidence, more for a private fact; an empty place has -1. */
  #values = new Float64Array(FIRST_PLACES).fill(-1)
  #filled = 0

  /** Whether the fact is here, and a repetition with this confidence and privacy adds nothing. */
  covers(name: string, confidence: number, isPrivate: boolean): boolean {
    const place = this.#placeOf(name)
    const value = this.#values[place] ?? -1
    if (value < 0 || !this.#isAt(place, name)) return false
    return (value >= PRIVATE || !isPrivate) && confidence <= value % PRIVATE
  }

  put({ name, confidence, isPrivate }: Held): void {
    if (this.#filled > this.#places / 2 && this.#places < MAX_PLACES) this.#grow()
    this.#filled += 1
    const place = this.#placeOf(name)
    this.#values[place] = (isPrivate ? PRIVATE : 0) + confidence
    for (let i = 0; i < DIGEST_WORDS; i++) {
      this.#digests[place * DIGEST_WORDS + i] = wordOf(name, i)
    }
  }

  delete(name: string): void {
    const place = this.#placeOf(name)
    if (this.#isAt(place, name)) this.#values[place] = -1
  }

  #placeOf(name: string): number {
    return wordOf(name, 0) & (this.#places - 1)
  }

  #isAt(place: number, name: string): boolean {
    const at = place * DIGEST_WORDS
    return (
      this.#digests[at] === wordOf(name, 0) &&
      this.#digests[at + 1] === wordOf(name, 1) &&
      this.#digests[at + 2] === wordOf(name, 2) &&
      this.#digests[at + 3] === wordOf(name, 3)
    )
  }

  /** Four times as many places; each digest says where it belongs. */
  #grow(): void {
    const [digests, values] = [this.#digests, this.#values]
    this.#places *= 4
    this.#digests = new Uint32Array(this.#places * DIGEST_WORDS)
    this.#values = new Float64Array(this.#places).fill(-1)
    for (const [from, value] of values.entries()) {
      if (value < 0) continue
      const words = digests.subarray(from * DIGEST_WORDS, (from + 1) * DIGEST_WORDS)
      const place = (words[0] ?? 0) & (this.#places - 1)
      this.#digests.set(words, place * DIGEST_WORDS)
      this.#values[place] = value
    }
  }
}

/** 32 bits of the name. */
function wordOf(name: string, index: number): number {
  const at = index * 4
  return (
    ((name.charCodeAt(at) << 24) |
      (name.charCodeAt(at + 1) << 16) |
      (name.charCodeAt(at + 2) << 8) |
      name.charCodeAt(at + 3)) >>>
    0
  )
}
