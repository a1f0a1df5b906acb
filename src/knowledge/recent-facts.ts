/**
 * Facts that were stored or looked up lately, so that a stream of repetitions needs no disk: a table
 * in which each digest has two places, and where both are taken it takes the first from whoever has
 * it. 128 bits of the digest are kept, which no two facts share.
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

/** Places that a digest may have. */
const CHOICES = 2

/** Value of a place that nobody has. */
const EMPTY = -1

/** Added to the confidence of a private fact. */
const PRIVATE = 2

export class RecentFacts {
  #places = FIRST_PLACES
  #digests = new Uint32Array(FIRST_PLACES * DIGEST_WORDS)
  /** Confidence, more for a private fact; an empty place has -1. */
  #values = new Float64Array(FIRST_PLACES).fill(EMPTY)
  #filled = 0

  /** Whether the fact is here, and a repetition with this confidence and privacy adds nothing. */
  covers(name: string, confidence: number, isPrivate: boolean): boolean {
    const place = this.#find(name)
    if (place === undefined) return false
    const value = this.#values[place] ?? EMPTY
    return (value >= PRIVATE || !isPrivate) && confidence <= value % PRIVATE
  }

  put({ name, confidence, isPrivate }: Held): void {
    if (this.#filled > this.#places / 2 && this.#places < MAX_PLACES) this.#grow()
    this.#filled += 1
    const value = (isPrivate ? PRIVATE : 0) + confidence
    this.#set(this.#find(name) ?? this.#placeFor(name), name, value)
  }

  delete(name: string): void {
    const place = this.#find(name)
    if (place !== undefined) this.#values[place] = EMPTY
  }

  #find(name: string): number | undefined {
    for (let choice = 0; choice < CHOICES; choice++) {
      const place = wordOf(name, choice) & (this.#places - 1)
      if (this.#values[place] !== EMPTY && this.#isAt(place, name)) return place
    }
    return undefined
  }

  /** A free place of the two, or the first, whoever has it. */
  #placeFor(name: string): number {
    for (let choice = 0; choice < CHOICES; choice++) {
      const place = wordOf(name, choice) & (this.#places - 1)
      if (this.#values[place] === EMPTY) return place
    }
    return wordOf(name, 0) & (this.#places - 1)
  }

  #set(place: number, name: string, value: number): void {
    this.#values[place] = value
    for (let i = 0; i < DIGEST_WORDS; i++) {
      this.#digests[place * DIGEST_WORDS + i] = wordOf(name, i)
    }
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
    this.#values = new Float64Array(this.#places).fill(EMPTY)
    for (let from = 0; from < values.length; from++) {
      const value = values[from] ?? EMPTY
      if (value === EMPTY) continue
      const at = from * DIGEST_WORDS
      const first = (digests[at] ?? 0) & (this.#places - 1)
      const second = (digests[at + 1] ?? 0) & (this.#places - 1)
      const place = this.#values[first] === EMPTY ? first : second
      for (let i = 0; i < DIGEST_WORDS; i++) {
        this.#digests[place * DIGEST_WORDS + i] = digests[at + i] ?? 0
      }
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
