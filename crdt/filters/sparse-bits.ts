/** Bits of which few are set, by their sorted positions: 4 bytes for each set bit. */
const FIRST_CAPACITY = 16

export class SparseBits {
  #positions = new Uint32Array(FIRST_CAPACITY)
  #count = 0

  /** The set bits of an array, the lowest bit of each byte first; undefined if they are more than `max`. */
  static from(bits: Uint8Array, max: number): SparseBits | undefined {
    const sparse = new SparseBits()
    const view = new DataView(bits.buffer, bits.byteOffset, bits.byteLength)
    for (let at = 0; at < view.byteLength; at++) {
      // Words of zeros are most of an array.
      if (at % 4 === 0 && at + 4 <= view.byteLength && view.getUint32(at) === 0) {
        at += 3
        continue
      }
      for (let rest = view.getUint8(at), bit = 0; rest > 0; rest >>>= 1, bit++) {
        if ((rest & 1) === 0) continue
        if (sparse.#count === max) return undefined
        sparse.#insert(sparse.#count, at * 8 + bit)
      }
    }
    return sparse
  }

  /** Bits that are set. */
  get count(): number {
    return this.#count
  }

  has(position: number): boolean {
    const at = this.#placeOf(position)
    return at < this.#count && this.#positions[at] === position
  }

  add(position: number): void {
    const at = this.#placeOf(position)
    if (at === this.#count || this.#positions[at] !== position) this.#insert(at, position)
  }

  /** A new array of as many bytes. */
  toBytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (const position of this.#positions.subarray(0, this.#count)) {
      bytes[position >>> 3] = (bytes[position >>> 3] ?? 0) | (1 << (position & 7))
    }
    return bytes
  }

  /** The first place with this position or a higher one. */
  #placeOf(position: number): number {
    let [from, to] = [0, this.#count]
    while (from < to) {
      const middle = (from + to) >>> 1
      if ((this.#positions[middle] ?? 0) < position) from = middle + 1
      else to = middle
    }
    return from
  }

  #insert(at: number, position: number): void {
    if (this.#count === this.#positions.length) {
      const larger = new Uint32Array(2 * this.#positions.length)
      larger.set(this.#positions)
      this.#positions = larger
    }
    this.#positions.copyWithin(at + 1, at, this.#count)
    this.#positions[at] = position
    this.#count += 1
  }
}
