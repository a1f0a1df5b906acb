/** Random numbers and bytes of one seed; streams of different names are independent. */
import { createHash } from 'node:crypto'

export class Seeded {
  readonly #name: string
  #state: [number, number, number, number]

  constructor(seed: number | string, name = '') {
    this.#name = `${seed}/${name}`
    const digest = createHash('sha256').update(this.#name).digest()
    this.#state = [
      digest.readUInt32LE(0),
      digest.readUInt32LE(4),
      digest.readUInt32LE(8),
      digest.readUInt32LE(12)
    ]
  }

  /** An independent stream. */
  stream(name: string): Seeded {
    return new Seeded(this.#name, name)
  }

  /** 32 random bits (sfc32, Chris Doty-Humphrey, PractRand). */
  word(): number {
    const [a, b, c, d] = this.#state
    const sum = (a + b + d) | 0
    this.#state = [
      b ^ (b >>> 9),
      (c + (c << 3)) | 0,
      (((c << 21) | (c >>> 11)) + sum) | 0,
      (d + 1) | 0
    ]
    return sum >>> 0
  }

  /** From 0 up to 1. */
  next(): number {
    return this.word() / 2 ** 32
  }

  /** An integer from 0 up to `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  between(from: number, to: number): number {
    return from + this.next() * (to - from)
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new Error('Nothing to pick from.')
    return item
  }

  fill<T extends ArrayBufferView>(view: T): T {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.word() >>> 24
    return view
  }

  bytes(length: number): Buffer {
    return this.fill(Buffer.alloc(length))
  }
}
