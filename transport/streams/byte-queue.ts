/**
 * Bytes of a stream in one buffer, whatever chunks they came in. A list of chunks would cost 100 bytes and
 * more for a chunk of one byte, and takes them from its front in a time that grows with their square.
 */
import type { Uint8ArrayList } from 'uint8arraylist'

const SMALLEST_BUFFER = 1024
const NO_BYTES = new Uint8Array(0)

export class ByteQueue {
  #buffer = NO_BYTES
  #from = 0
  #to = 0

  get length(): number {
    return this.#to - this.#from
  }

  /** Copies the bytes. */
  append(data: Uint8Array | Uint8ArrayList): void {
    this.#makeRoom(data.byteLength)
    for (const chunk of data instanceof Uint8Array ? [data] : data) {
      this.#buffer.set(chunk, this.#to)
      this.#to += chunk.length
    }
  }

  /** The byte at this distance from the front; 0 behind the end. */
  at(index: number): number {
    return index < this.length ? (this.#buffer[this.#from + index] ?? 0) : 0
  }

  /** Removes bytes from the front, and returns a copy of those behind the first `skipped`. */
  take(count: number, skipped: number): Uint8Array {
    const taken = this.#buffer.slice(this.#from + skipped, this.#from + count)
    this.#from += count
    if (this.length === 0) this.#empty()
    return taken
  }

  /** An idle stream keeps no buffer. */
  #empty(): void {
    this.#buffer = NO_BYTES
    this.#from = 0
    this.#to = 0
  }

  /** Moves the bytes to the front of the buffer if they take half of it at most, and grows it otherwise. */
  #makeRoom(count: number): void {
    if (this.#to + count <= this.#buffer.length) return
    const needed = this.length + count
    const isSparse = 2 * needed <= this.#buffer.length
    const size = Math.max(SMALLEST_BUFFER, 2 * needed)
    const buffer = isSparse ? this.#buffer : new Uint8Array(size)
    buffer.set(this.#buffer.subarray(this.#from, this.#to))
    this.#buffer = buffer
    this.#to = this.length
    this.#from = 0
  }
}
