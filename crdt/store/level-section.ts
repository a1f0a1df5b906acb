/** A section of the store: its keys in the database, and the seals of its values. */
import { seal, sealInPlace, unseal } from '../bytes/index.ts'
import { HASH_BYTES } from '../constants.ts'
import { ENCODING } from './database.ts'
import type { OpenDatabase } from './open-database.ts'
import type { Operation, Range, Section } from './section.ts'

/** What an iterator reads ahead: a turn of the event loop for many values, not for each. */
const READ_ITEMS = 1_000

/** Items read after a jump to another prefix; doubled while they match. */
const FIRST_ITEMS = 16

/**
 * Keys of a section begin with `!<name>!`, as those of an abstract-level sublevel do. The prefix is
 * added here, since a sublevel's own handling costs more than the rest of a write.
 */
export class LevelSection implements Section {
  readonly #open: OpenDatabase
  readonly #prefix: Buffer
  /** The first key behind the section: `"` follows `!`. */
  readonly #end: Buffer
  readonly #onDamaged: () => void

  constructor(open: OpenDatabase, name: string, onDamaged: () => void) {
    this.#open = open
    this.#prefix = Buffer.from(`!${name}!`)
    this.#end = Buffer.from(`!${name}"`)
    this.#onDamaged = onDamaged
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const prefixed = this.#prefixed(key)
    return this.#unseal(key, await this.#open.read((database) => database.get(prefixed, ENCODING)))
  }

  async getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const prefixed = keys.map((key) => this.#prefixed(key))
    const sealed = await this.#open.read((database) => database.getMany(prefixed, ENCODING))
    return keys.map((key, i) => this.#unseal(key, sealed[i]))
  }

  async has(key: Uint8Array): Promise<boolean> {
    return (await this.get(key)) !== undefined
  }

  async *entries(range: Range = {}): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const { reverse, limit } = range
    const cursor = this.#open.cursor({ ...this.#bounds(range), reverse })
    // Damaged values do not count: the one before is read in place of a damaged last one.
    let left = limit ?? Infinity
    try {
      while (left > 0) {
        const items = await cursor.next(Math.min(READ_ITEMS, left))
        if (items.length === 0) return
        for (const [prefixed, sealed] of items) {
          const key = prefixed.subarray(this.#prefix.length)
          const value = this.#unseal(key, sealed)
          if (value === undefined) continue
          left -= 1
          yield [key, value]
        }
      }
    } finally {
      await cursor.close()
    }
  }

  /** One iterator reads on where the prefixes are close together, and jumps where they are not. */
  async *entriesOf(
    prefixes: readonly Uint8Array[]
  ): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const sorted = prefixes.toSorted((a, b) => Buffer.compare(a, b))
    const [first] = sorted
    if (first === undefined) return
    const bounds = this.#bounds({ gte: first })
    const cursor = this.#open.cursor(bounds)
    try {
      let count = FIRST_ITEMS
      let next = 0
      for (;;) {
        const items = await cursor.next(count)
        if (items.length === 0) return
        let isMatched = false
        for (const [prefixed, sealed] of items) {
          const key = prefixed.subarray(this.#prefix.length)
          while (comparePrefix(key, sorted[next]) > 0) next += 1
          if (next === sorted.length) return
          if (comparePrefix(key, sorted[next]) < 0) continue
          isMatched = true
          const value = this.#unseal(key, sealed)
          if (value !== undefined) yield [key, value]
        }
        count = isMatched ? Math.min(2 * count, READ_ITEMS) : FIRST_ITEMS
        const target = sorted[next]
        if (!isMatched && target !== undefined) cursor.seek(this.#prefixed(target))
      }
    } finally {
      await cursor.close()
    }
  }

  async keysFrom(digits: string, limit: number): Promise<Uint8Array[]> {
    const even = digits.length + (digits.length % 2)
    const lte = Buffer.from(digits.padEnd(even, 'f') + 'ff'.repeat(HASH_BYTES), 'hex')
    const bounds = this.#bounds({ gte: Buffer.from(digits.padEnd(even, '0'), 'hex'), lte })
    const keys = await this.#open.read((database) =>
      database.keys({ ...bounds, limit, keyEncoding: 'view' }).all()
    )
    return keys.map((prefixed) => prefixed.slice(this.#prefix.length))
  }

  async lastKey(): Promise<Uint8Array | undefined> {
    const bounds = this.#bounds({})
    const [last] = await this.#open.read((database) =>
      database.keys({ ...bounds, reverse: true, limit: 1, keyEncoding: 'view' }).all()
    )
    return last?.slice(this.#prefix.length)
  }

  put(key: Uint8Array, value: Uint8Array): Operation {
    return { type: 'put', key: this.#prefixed(key), value: seal(key, value) }
  }

  putSealable(key: Uint8Array, sealable: Uint8Array): Operation {
    return { type: 'put', key: this.#prefixed(key), value: sealInPlace(key, sealable) }
  }

  del(key: Uint8Array): Operation {
    return { type: 'del', key: this.#prefixed(key) }
  }

  #prefixed(key: Uint8Array): Uint8Array {
    const prefixed = Buffer.allocUnsafe(this.#prefix.length + key.length)
    prefixed.set(this.#prefix, 0)
    prefixed.set(key, this.#prefix.length)
    return prefixed
  }

  #bounds({ gt, gte, lt, lte }: Range): Range {
    const lower =
      gt === undefined
        ? { gte: gte === undefined ? this.#prefix : this.#prefixed(gte) }
        : { gt: this.#prefixed(gt) }
    if (lte !== undefined) return { ...lower, lte: this.#prefixed(lte) }
    return { ...lower, lt: lt === undefined ? this.#end : this.#prefixed(lt) }
  }

  #unseal(key: Uint8Array, sealed: Uint8Array | undefined): Uint8Array | undefined {
    if (sealed === undefined) return undefined
    const value = unseal(key, sealed)
    if (value === undefined) this.#onDamaged()
    return value
  }
}

/** Order of the beginning of a key and of a prefix; 0 where there is none. */
function comparePrefix(key: Uint8Array, prefix: Uint8Array | undefined): number {
  return prefix === undefined ? 0 : Buffer.compare(key.subarray(0, prefix.length), prefix)
}
