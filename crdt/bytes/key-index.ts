/**
 * Finds the row of a key, such as that of an author: open addressing over row numbers, 8 bytes a key. A hash that
 * is salted for each process selects the place, so that nobody can choose keys that collide.
 */
import { randomBytes } from 'node:crypto'
import { equalBytes } from './digest.ts'

/** Places at first; twice as many whenever half are taken. */
const FIRST_PLACES = 1024

/** Places that an addition moves to more places: to move a million at once takes 0.1 s and more. */
const MOVED = 8

/** Row 0 is stored as 1: 0 marks a free place. */
const FREE = 0

export class KeyIndex {
  readonly #keyOf: (row: number) => Uint8Array
  readonly #salt = new Uint32Array(new Uint8Array(randomBytes(16)).buffer)
  #places = new Uint32Array(FIRST_PLACES)
  /**
   * The places before the index grew. The first `#moved` of them are in the new places too. The array is
   * dropped when all are.
   */
  #before: Uint32Array | undefined
  #moved = 0
  #size = 0

  /** `keyOf` reads the key of a row that was added. */
  constructor(keyOf: (row: number) => Uint8Array) {
    this.#keyOf = keyOf
  }

  /** The row of the key; undefined if it was not added. */
  find(key: Uint8Array): number | undefined {
    const hash = this.#hash(key)
    const stored = this.#storedIn(this.#places, key, hash)
    if (stored !== FREE) return stored - 1
    const before = this.#before === undefined ? FREE : this.#storedIn(this.#before, key, hash)
    return before === FREE ? undefined : before - 1
  }

  /** Adds a row whose key no other row has: it stands in `bytes`, and `keyOf` reads it. */
  add(row: number, bytes = this.#keyOf(row), at = 0): void {
    this.#size += 1
    if (this.#size * 2 > this.#places.length) this.#grow(this.#places.length * 2)
    this.#place(row, bytes, at)
    this.#move(MOVED)
  }

  /** Makes room for as many rows at once. */
  reserve(rows: number): void {
    let places = this.#places.length
    while (rows * 2 > places) places *= 2
    if (places === this.#places.length) return
    this.#grow(places)
    this.#move(Infinity)
  }

  #grow(places: number): void {
    this.#move(Infinity)
    this.#before = this.#places
    this.#moved = 0
    this.#places = new Uint32Array(places)
  }

  #move(count: number): void {
    const before = this.#before
    if (before === undefined) return
    const end = Math.min(before.length, this.#moved + count)
    for (let place = this.#moved; place < end; place++) {
      const stored = before[place] ?? FREE
      if (stored !== FREE) this.#place(stored - 1, this.#keyOf(stored - 1))
    }
    this.#moved = end
    if (end === before.length) this.#before = undefined
  }

  /** No other row has its key, so none is compared. */
  #place(row: number, bytes: Uint8Array, at = 0): void {
    const mask = this.#places.length - 1
    let place = this.#hash(bytes, at) & mask
    while (this.#places[place] !== FREE) place = (place + 1) & mask
    this.#places[place] = row + 1
  }

  /** The row of the key as it is stored. */
  #storedIn(places: Uint32Array, key: Uint8Array, hash: number): number {
    const mask = places.length - 1
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const stored = places[place] ?? FREE
      if (stored === FREE || isSame(this.#keyOf(stored - 1), key)) return stored
    }
  }

  /** Four words of the key and of the salt, multiplied and mixed (the finalizer of MurmurHash3). */
  #hash(bytes: Uint8Array, at = 0): number {
    let mixed = 0
    for (let word = 0; word < this.#salt.length; word++) {
      mixed = Math.imul(mixed ^ wordAt(bytes, at + 4 * word) ^ (this.#salt[word] ?? 0), 0x85ebca6b)
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
      mixed ^= mixed >>> 16
    }
    return mixed >>> 0
  }
}

/** Most keys differ in the first byte, and a comparison of buffers costs ten times as much. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a[0] === b[0] && equalBytes(a, b)
}

function wordAt(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]
  return (a ?? 0) | ((b ?? 0) << 8) | ((c ?? 0) << 16) | ((d ?? 0) << 24)
}
