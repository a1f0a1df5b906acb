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
  readonly #words = new Uint32Array(DIGEST_WORDS)
  #places = FIRST_PLACES
  #digests = new Uint32Array(FIRST_PLACES * DIGEST_WORDS)
  /** Confidence, more for a private fact; an empty place has -1. */
  #values = new Float64Array(FIRST_PLACES).fill(EMPTY)
  #filled = 0

  /** Whether the fact is here, and a repetition with this confidence and privacy adds nothing. */
  covers(name: string, confidence: number, isPrivate: boolean): boolean {
    this.#read(name)
    const place = this.#find()
    if (place === undefined) return false
    const value = this.#values[place] ?? EMPTY
    return (value >= PRIVATE || !isPrivate) && confidence <= value % PRIVATE
  }

  put({ name, confidence, isPrivate }: Held): void {
    if (this.#filled > this.#places / 2 && this.#places < MAX_PLACES) this.#grow()
    this.#filled += 1
    const value = (isPrivate ? PRIVATE : 0) + confidence
    this.#read(name)
    const place = this.#find() ?? this.#free()
    this.#values[place] = value
    this.#digests.set(this.#words, place * DIGEST_WORDS)
  }

  delete(name: string): void {
    this.#read(name)
    const place = this.#find()
    if (place !== undefined) this.#values[place] = EMPTY
  }

  /** Reads the words of a name once, for the calls below. */
  #read(name: string): void {
    for (let i = 0; i < DIGEST_WORDS; i++) this.#words[i] = wordOf(name, i)
  }

  #find(): number | undefined {
    for (let choice = 0; choice < CHOICES; choice++) {
      const place = this.#placeOf(choice)
      if (this.#values[place] !== EMPTY && this.#isAt(place)) return place
    }
    return undefined
  }

  /** A free place of the two, or the first, whoever has it. */
  #free(): number {
    for (let choice = 0; choice < CHOICES; choice++) {
      const place = this.#placeOf(choice)
      if (this.#values[place] === EMPTY) return place
    }
    return this.#placeOf(0)
  }

  #placeOf(choice: number): number {
    return (this.#words[choice] ?? 0) & (this.#places - 1)
  }

  #isAt(place: number): boolean {
    const at = place * DIGEST_WORDS
    for (let i = 0; i < DIGEST_WORDS; i++) {
      if (this.#digests[at + i] !== this.#words[i]) return false
    }
    return true
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
