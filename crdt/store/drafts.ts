/**
 * Drafts: values that depend on earlier ones, changed before those are on disk. A draft section
 * reads what it has changed itself, then what is on its way to disk, then the disk.
 *
 * One task at a time changes drafts. `take` gives the operations of its commit; they stay readable
 * here until `landed`. After a failed commit `clear` forgets everything that is not on disk.
 */
import { toHex } from '../bytes/index.ts'
import type { Operation, PrefixReader, Range, Section, Store } from './section.ts'

/** The changes of one commit. */
export interface Draft {
  readonly operations: readonly Operation[]
  /** The commit is on disk. */
  landed(): void
}

interface KeyChange {
  readonly key: Uint8Array
  /** Undefined for a deleted key. */
  readonly value: Uint8Array | undefined
}

interface Change extends KeyChange {
  readonly draft: object
}

/** `value` is undefined for a deleted key. */
export type OnTake = (key: Uint8Array, value: Uint8Array | undefined) => void

export class Drafts {
  readonly #store: Pick<Store, 'section'>
  readonly #sections: DraftSection[] = []

  constructor(store: Pick<Store, 'section'>) {
    this.#store = store
  }

  /** `onTake`: called with each change that a commit takes. */
  section(name: string, onTake?: OnTake): DraftSection {
    const section = new DraftSection(this.#store.section(name), onTake)
    this.#sections.push(section)
    return section
  }

  /** The changes since the last call, for one commit. */
  take(): Draft {
    const draft = {}
    const operations = this.#sections.flatMap((section) => section.take(draft))
    return {
      operations,
      landed: () => {
        for (const section of this.#sections) section.landed(draft)
      }
    }
  }

  /** Drops the changes since the last `take`. */
  discard(): void {
    for (const section of this.#sections) section.discard()
  }

  clear(): void {
    for (const section of this.#sections) section.clear()
  }
}

export class DraftSection implements PrefixReader {
  readonly #section: Section
  readonly #onTake: OnTake | undefined
  /** Changes since the last `take`, and those on their way to disk, by key. */
  #current = new Map<string, KeyChange>()
  readonly #pending = new Map<string, Change>()
  readonly #names = new Map<object, string[]>()

  constructor(section: Section, onTake?: OnTake) {
    this.#section = section
    this.#onTake = onTake
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const change = this.#change(toHex(key))
    return change === undefined ? this.#section.get(key) : change.value
  }

  /** Values in the order of the keys. */
  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const changes = keys.map((key) => this.#change(toHex(key)))
    const missing = keys.filter((_, i) => changes[i] === undefined)
    const stored = missing.length === 0 ? [] : await this.#section.getMany(missing)
    const next = stored.values()
    return changes.map((change) => (change === undefined ? next.next().value : change.value))
  }

  /** Whether a change of the key is not on disk yet. */
  isChanging(key: Uint8Array): boolean {
    return this.#change(toHex(key)) !== undefined
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#current.set(toHex(key), { key, value })
  }

  del(key: Uint8Array): void {
    this.#current.set(toHex(key), { key, value: undefined })
  }

  /** Keys with the prefix, and their values, in the order of the keys. */
  async *entries(
    prefix: Uint8Array,
    { reverse = false, limit }: Pick<Range, 'limit' | 'reverse'> = {}
  ): AsyncGenerator<readonly [Uint8Array, Uint8Array]> {
    const changed = this.#changed(toHex(prefix), reverse)
    const range = { ...prefixRange(prefix), reverse }
    let rest = limit ?? Number.POSITIVE_INFINITY
    // Changed keys are skipped on disk, so as many more are read.
    const stored = this.#section.entries({
      ...range,
      ...(limit === undefined ? {} : { limit: limit + changed.length })
    })
    for await (const [key, value] of stored) {
      const name = toHex(key)
      while (rest > 0 && isBefore(changed[0]?.[0], name, reverse)) {
        const put = changed.shift()?.[1]
        if (put?.value !== undefined) {
          yield [put.key, put.value]
          rest -= 1
        }
      }
      if (rest <= 0) return
      if (this.#change(name) !== undefined) continue
      yield [key, value]
      rest -= 1
      if (rest <= 0) return
    }
    for (const [, { key, value }] of changed) {
      if (rest <= 0) return
      if (value === undefined) continue
      yield [key, value]
      rest -= 1
    }
  }

  take(draft: object): Operation[] {
    const operations: Operation[] = []
    for (const [name, { key, value }] of this.#current) {
      this.#pending.set(name, { key, value, draft })
      this.#onTake?.(key, value)
      operations.push(value === undefined ? this.#section.del(key) : this.#section.put(key, value))
    }
    if (operations.length > 0) this.#names.set(draft, [...this.#current.keys()])
    this.#current = new Map()
    return operations
  }

  landed(draft: object): void {
    for (const name of this.#names.get(draft) ?? []) {
      if (this.#pending.get(name)?.draft === draft) this.#pending.delete(name)
    }
    this.#names.delete(draft)
  }

  discard(): void {
    this.#current = new Map()
  }

  clear(): void {
    this.#current = new Map()
    this.#pending.clear()
    this.#names.clear()
  }

  #change(name: string): KeyChange | undefined {
    return this.#current.get(name) ?? this.#pending.get(name)
  }

  #changed(prefix: string, reverse: boolean): [string, KeyChange][] {
    const all = new Map<string, KeyChange>()
    for (const changes of [this.#pending, this.#current]) {
      for (const [name, change] of changes) if (name.startsWith(prefix)) all.set(name, change)
    }
    const sorted = [...all].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return reverse ? sorted.toReversed() : sorted
  }
}

function isBefore(name: string | undefined, other: string, reverse: boolean): boolean {
  if (name === undefined) return false
  return reverse ? name > other : name < other
}

/** The section as it is on disk. */
export function prefixReader(section: Section): PrefixReader {
  return {
    get: (key) => section.get(key),
    getMany: (keys) => section.getMany(keys),
    entries: (prefix, options) => section.entries({ ...prefixRange(prefix), ...options })
  }
}

/** All keys that begin with the prefix. */
function prefixRange(prefix: Uint8Array): Pick<Range, 'gte' | 'lt'> {
  const end = Buffer.from(prefix)
  for (let i = end.length - 1; i >= 0; i--) {
    const byte = end[i] ?? 0
    if (byte < 0xff) {
      end[i] = byte + 1
      return { gte: prefix, lt: end.subarray(0, i + 1) }
    }
  }
  return { gte: prefix }
}
