/**
 * What one database of a simulated disk keeps. It has the promises of LevelDB: a batch lands whole or not
 * at all, batches land in order, and what was written with `sync` is kept. Of what was written without, a
 * power failure keeps a prefix. A torn log has a hole: LevelDB reads on behind a damaged block of its log.
 */
import type { Seeded } from '../environment/seeded-bytes.ts'

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

export type Batch = readonly Operation[]

/** Values by the bytes of their keys. */
export type Stored = ReadonlyMap<string, Uint8Array>

export class SimulatedFiles {
  readonly #random: Seeded
  readonly #durable = new Map<string, Uint8Array>()
  readonly #unsynced: Batch[] = []

  constructor(random: Seeded) {
    this.#random = random
  }

  /** What a power failure keeps. */
  get durable(): Stored {
    return this.#durable
  }

  /** What a process reads. */
  visible(): Stored {
    const files = new SimulatedFiles(this.#random)
    files.fill(this.#durable)
    for (const batch of this.#unsynced) files.#keep(batch)
    return files.#durable
  }

  /** Puts other values in the place of all. */
  fill(stored: Stored): void {
    this.#unsynced.splice(0)
    this.#durable.clear()
    for (const [key, value] of stored) this.#durable.set(key, value)
  }

  write(batch: Batch): void {
    this.#unsynced.push(batch)
  }

  sync(): void {
    for (const batch of this.#unsynced.splice(0)) this.#keep(batch)
  }

  failPower(): void {
    const kept = this.#random.below(this.#unsynced.length + 1)
    for (const batch of this.#unsynced.splice(0).slice(0, kept)) this.#keep(batch)
  }

  tearLog(): void {
    const batches = this.#unsynced.splice(0)
    const from = this.#random.below(batches.length + 1)
    const lost = this.#random.below(batches.length - from + 1)
    for (const [i, batch] of batches.entries()) {
      if (i < from || i >= from + lost) this.#keep(batch)
    }
  }

  /** Sections with values that have bits. */
  sections(): string[] {
    const names = [...this.#durable].flatMap(([key, { length }]) =>
      length > 0 ? [sectionOf(key)] : []
    )
    return [...new Set(names)]
  }

  /** Flips a bit in one value of the section, or in each of them, as where a table is lost. */
  flipBits(section: string, areAll: boolean): void {
    const keys = [...this.#durable].flatMap(([key, { length }]) =>
      length > 0 && sectionOf(key) === section ? [key] : []
    )
    for (const key of areAll ? keys : [this.#random.pick(keys)]) {
      const value = Uint8Array.from(this.#durable.get(key) ?? [])
      const at = this.#random.below(value.length)
      value[at] = (value[at] ?? 0) ^ (1 << this.#random.below(8))
      this.#durable.set(key, value)
    }
  }

  #keep(batch: Batch): void {
    for (const operation of batch) {
      const key = Buffer.from(operation.key).toString('latin1')
      if (operation.type === 'put') this.#durable.set(key, Uint8Array.from(operation.value))
      else this.#durable.delete(key)
    }
  }
}

/** Keys begin with the name of their section, between two exclamation marks. */
function sectionOf(key: string): string {
  return key.split('!')[1] ?? ''
}
