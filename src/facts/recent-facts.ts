/**
 * Facts that were stored or looked up lately, so that a stream of repetitions needs no disk. A hash
 * table with four slots for each digest; a new digest replaces the first one if all four are taken.
 * A slot stores 128 bits of the digest, which two facts never share.
 */

/** The fields that decide whether a repetition adds something. */
interface RecentFact {
  /** The digest, one character a byte. */
  readonly digestKey: string
  readonly confidence: number
  readonly isPrivate: boolean
  /** Any repetition may change it, so that it is looked up. */
  readonly isScoped?: boolean
}

/** 25 bytes a slot: 0.4 MB at first, 52 MB at most, enough for a million facts. */
const INITIAL_SLOTS = 2 ** 14
const MAX_SLOTS = 2 ** 21

const DIGEST_WORDS = 4

/**
 * Slots that a digest may take, one for each word. With half of all slots taken, few digests find
 * none free.
 */
const PROBES = 4

/** Values of a slot that was never used, and of a slot that was freed. */
const EMPTY = -1
const DELETED = -2

export class RecentFacts {
  readonly #words = new Uint32Array(DIGEST_WORDS)
  #slots = INITIAL_SLOTS
  #digests = new Uint32Array(INITIAL_SLOTS * DIGEST_WORDS)
  /** Confidence; less than 0 for an empty slot. */
  #values = new Float64Array(INITIAL_SLOTS).fill(EMPTY)
  /** 1 for a private fact. */
  #private = new Uint8Array(INITIAL_SLOTS)
  #filled = 0

  /** Whether the fact is here and a repetition with this confidence and privacy adds nothing. */
  isRedundant(name: string, confidence: number, isPrivate: boolean): boolean {
    this.#read(name)
    const place = this.#find()
    if (place === undefined) return false
    if (isPrivate && this.#private[place] === 0) return false
    return confidence <= (this.#values[place] ?? EMPTY)
  }

  put({ digestKey, confidence, isPrivate, isScoped }: RecentFact): void {
    if (isScoped === true) return this.delete(digestKey)
    if (this.#filled > this.#slots / 2 && this.#slots < MAX_SLOTS) this.#grow()
    this.#filled += 1
    this.#read(digestKey)
    this.#set(this.#find() ?? this.#freeSlot(), confidence, isPrivate ? 1 : 0)
  }

  delete(name: string): void {
    this.#read(name)
    const place = this.#find()
    if (place !== undefined) this.#values[place] = DELETED
  }

  /** Reads the words of a digest once, for the calls below. */
  #read(name: string): void {
    for (let i = 0; i < DIGEST_WORDS; i++) this.#words[i] = wordOf(name, i)
  }

  #find(): number | undefined {
    for (let choice = 0; choice < PROBES; choice++) {
      const place = this.#slotOf(choice)
      const value = this.#values[place] ?? EMPTY
      // Slots are taken in order and never become unused again.
      if (value === EMPTY) return undefined
      if (value !== DELETED && this.#isAt(place)) return place
    }
    return undefined
  }

  /** A free slot of the digest, or else its first slot. */
  #freeSlot(): number {
    for (let choice = 0; choice < PROBES; choice++) {
      const place = this.#slotOf(choice)
      if ((this.#values[place] ?? EMPTY) < 0) return place
    }
    return this.#slotOf(0)
  }

  #slotOf(choice: number): number {
    return (this.#words[choice] ?? 0) & (this.#slots - 1)
  }

  #isAt(place: number): boolean {
    const at = place * DIGEST_WORDS
    for (let i = 0; i < DIGEST_WORDS; i++) {
      if (this.#digests[at + i] !== this.#words[i]) return false
    }
    return true
  }

  #set(place: number, value: number, isPrivate: number): void {
    this.#values[place] = value
    this.#private[place] = isPrivate
    const at = place * DIGEST_WORDS
    for (let i = 0; i < DIGEST_WORDS; i++) this.#digests[at + i] = this.#words[i] ?? 0
  }

  /** Doubles the number of slots and inserts every digest again. */
  #grow(): void {
    const [digests, values, isPrivate] = [this.#digests, this.#values, this.#private]
    this.#slots *= 2
    this.#digests = new Uint32Array(this.#slots * DIGEST_WORDS)
    this.#values = new Float64Array(this.#slots).fill(EMPTY)
    this.#private = new Uint8Array(this.#slots)
    for (let from = 0; from < values.length; from++) {
      const value = values[from] ?? EMPTY
      if (value < 0) continue
      const at = from * DIGEST_WORDS
      for (let i = 0; i < DIGEST_WORDS; i++) this.#words[i] = digests[at + i] ?? 0
      this.#set(this.#freeSlot(), value, isPrivate[from] ?? 0)
    }
  }
}

/** 32 bits of the digest. */
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
