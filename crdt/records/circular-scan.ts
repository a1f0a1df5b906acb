/** A scan of digests in their order, from a random one on and around, that ends when it has enough. */
import { toHex } from '../bytes/index.ts'
import type { Range } from '../store/section.ts'

export class CircularScan {
  readonly #start: Uint8Array
  readonly #limit: number
  readonly #hidden: readonly Uint8Array[]
  #found: Uint8Array[] = []

  /** `hidden`: digests that the scan does not meet. They count where they would have stood. */
  constructor(start: Uint8Array, limit: number, hidden: readonly Uint8Array[]) {
    this.#start = start
    this.#limit = limit
    this.#hidden = hidden.toSorted((a, b) => this.#order(a, b))
  }

  /** The ranges of keys to scan, one after the other. */
  get ranges(): readonly Range[] {
    return [{ gte: this.#start }, { lt: this.#start }]
  }

  get isFull(): boolean {
    return this.#found.length >= this.#limit
  }

  /** Adds digests, in the order of the scan. */
  add(digests: readonly Uint8Array[]): void {
    this.#found = [...this.#found, ...digests].slice(0, this.#limit)
  }

  /** All that were found, with the hidden ones among them. */
  found(): Uint8Array[] {
    const all = new Map([...this.#found, ...this.#hidden].map((each) => [toHex(each), each]))
    return [...all.values()].toSorted((a, b) => this.#order(a, b)).slice(0, this.#limit)
  }

  #order(a: Uint8Array, b: Uint8Array): number {
    const turn = (each: Uint8Array): number => (Buffer.compare(each, this.#start) < 0 ? 1 : 0)
    return turn(a) - turn(b) || Buffer.compare(a, b)
  }
}
