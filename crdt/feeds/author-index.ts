/**
 * Finds the row of an author key: open addressing over row numbers, 8 bytes an author. A hash that
 * is salted for each process selects the place, so that nobody can choose keys that collide.
 */
import { randomBytes } from 'node:crypto'
import { equalBytes } from '../bytes/index.ts'

/** Places at first; twice as many whenever half are taken. */
const FIRST_PLACES = 1024

/** Row 0 is stored as 1: 0 marks a free place. */
const FREE = 0

export class AuthorIndex {
  readonly #authorOf: (row: number) => Uint8Array
  readonly #salt = new DataView(new Uint8Array(randomBytes(16)).buffer)
  #places = new Uint32Array(FIRST_PLACES)
  #size = 0

  /** `authorOf` reads the key of a row that was added. */
  constructor(authorOf: (row: number) => Uint8Array) {
    this.#authorOf = authorOf
  }

  /** The row of the author; undefined if it was not added. */
  find(author: Uint8Array): number | undefined {
    const stored = this.#places[this.#placeOf(author)] ?? FREE
    return stored === FREE ? undefined : stored - 1
  }

  /** Adds a row whose key `authorOf` reads, and that no other row has. */
  add(row: number): void {
    if (this.#size * 2 >= this.#places.length) this.#grow()
    this.#places[this.#placeOf(this.#authorOf(row))] = row + 1
    this.#size += 1
  }

  #grow(): void {
    const rows = this.#places
    this.#places = new Uint32Array(rows.length * 2)
    for (const stored of rows) {
      if (stored !== FREE) this.#places[this.#placeOf(this.#authorOf(stored - 1))] = stored
    }
  }

  /** Where the author is, or where it belongs. */
  #placeOf(author: Uint8Array): number {
    const mask = this.#places.length - 1
    for (let place = this.#hash(author) & mask; ; place = (place + 1) & mask) {
      const stored = this.#places[place] ?? FREE
      if (stored === FREE || equalBytes(this.#authorOf(stored - 1), author)) return place
    }
  }

  /** Four words of the key and of the salt, multiplied and mixed (the finalizer of MurmurHash3). */
  #hash(author: Uint8Array): number {
    const key = new DataView(author.buffer, author.byteOffset, author.byteLength)
    let mixed = 0
    for (let at = 0; at < 16; at += 4) {
      mixed = Math.imul(
        mixed ^ key.getUint32(at, true) ^ this.#salt.getUint32(at, true),
        0x85ebca6b
      )
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
      mixed ^= mixed >>> 16
    }
    return mixed >>> 0
  }
}
