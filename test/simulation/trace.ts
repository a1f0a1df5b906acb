/** A running hash of all that happens: equal for equal seeds, or the simulation is no simulation. */
import { crc32 } from 'node:zlib'

export class Trace {
  #hash = 0
  #count = 0

  add(what: string, value: number, bytes?: Uint8Array): void {
    this.#count += 1
    let mixed = crc32(`${what} ${value}`, this.#hash)
    if (bytes !== undefined) mixed = crc32(bytes, mixed)
    this.#hash = mixed
  }

  get hash(): string {
    return `${this.#count.toString(16)}-${this.#hash.toString(16).padStart(8, '0')}`
  }
}
