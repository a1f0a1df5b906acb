/**
 * The store: one LevelDB database, split into sections, written through one group-commit queue.
 *
 * Guarantees: what `commit` resolves for is on disk (`fsync`, unless it asks for less), whole or not
 * at all; commits land in the order of their calls; a damaged value reads as absent and is counted, never as other data.
 * After a failed write (disk full) reads go on, and every commit tries to reopen first.
 */
import { copyStore } from './copy-store.ts'
import { seal, sealInPlace, unseal } from '../bytes/index.ts'
import { HASH_BYTES } from '../constants.ts'
import { createDatabase, ENCODING, openDatabase, lockDirectory } from './database.ts'
import { messageOf, StoreError } from '../errors.ts'
import { MIGRATIONS, SCHEMA } from './migrations.ts'
import { closedError, OpenDatabase } from './open-database.ts'
import type { CopyOptions, StoreCopy } from './copy-store.ts'
import type { Database } from './database.ts'
import type { CommitOptions, Operation, Range, Section, Store } from './section.ts'

const SCHEMA_KEY = Buffer.from('schema')

/** What an iterator reads ahead: a turn of the event loop for many values, not for each. */
const READ_ITEMS = 1_000

/** Items read after a jump to another prefix; doubled while they match. */
const FIRST_ITEMS = 16

/** Bounds the memory of one write and the wait of the commits behind it. */
const MAX_BATCH_OPERATIONS = 20_000

interface PendingCommit {
  readonly sync: boolean
  readonly operations: readonly Operation[]
  readonly onFailure: (() => void) | undefined
  resolve(): void
  reject(error: Error): void
}

/** Opens the store in `directory`, or in memory when there is none, or over a database of one's own. */
export async function openStore(location?: string | Database): Promise<Store> {
  const where = typeof location === 'string' ? location : 'memory'
  // Before the database is created, which begins to open it.
  const release = typeof location === 'string' ? lockDirectory(location) : () => undefined
  const database = typeof location === 'object' ? location : createDatabase(location)
  try {
    await openDatabase(database, where)
  } catch (error) {
    release()
    throw error
  }
  const store = new LevelStore(new OpenDatabase(database, where, release))
  try {
    await store.checkSchema()
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}

class LevelStore implements Store {
  readonly #open: OpenDatabase
  readonly #queue: PendingCommit[] = []
  readonly #sections = new Map<string, LevelSection>()
  #writing: Promise<void> | undefined
  #failure: StoreError | undefined
  #closing: Promise<void> | undefined
  damaged = 0

  constructor(open: OpenDatabase) {
    this.#open = open
  }

  get #where(): string {
    return this.#open.where
  }

  section(name: string): Section {
    const known = this.#sections.get(name)
    if (known !== undefined) return known
    const section = new LevelSection(this.#open, name, () => {
      this.damaged += 1
    })
    this.#sections.set(name, section)
    return section
  }

  commit(
    operations: readonly Operation[],
    { sync = true, onFailure }: CommitOptions = {}
  ): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(closedError(this.#where))
    if (operations.length === 0) return Promise.resolve()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#queue.push({ operations, sync, onFailure, resolve, reject })
    this.#writing ??= this.#drain()
    return promise
  }

  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  copyTo(directory: string, options: CopyOptions = {}): Promise<StoreCopy> {
    if (this.#closing !== undefined) return Promise.reject(closedError(this.#where))
    return copyStore(this.#open, directory, options)
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    await this.flush()
    await this.#open.close()
  }

  /** Brings an older store to this version's schema; refuses what it cannot, and never guesses. */
  async checkSchema(): Promise<void> {
    const meta = this.section('meta')
    const stored = (await meta.get(SCHEMA_KEY))?.[0]
    if (stored === undefined) {
      await this.commit([meta.put(SCHEMA_KEY, Uint8Array.of(SCHEMA))])
      return
    }
    for (let version = stored; version !== SCHEMA; version++) {
      const migrate = MIGRATIONS.get(version)
      if (migrate === undefined) throw schemaError(this.#where, stored)
      const operations = await migrate(this)
      await this.commit([...operations, meta.put(SCHEMA_KEY, Uint8Array.of(version + 1))])
    }
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets the commits of that turn share the first fsync.
    await Promise.resolve()
    while (this.#queue.length > 0) {
      const group = this.#nextGroup()
      try {
        await this.#write(group)
        for (const pending of group) pending.resolve()
      } catch (cause) {
        const error = writeError(this.#where, cause)
        this.#failure = error
        // The commits behind it were made in the belief that this one would land.
        const failed = [...group, ...this.#queue.splice(0)]
        for (const pending of failed) pending.onFailure?.()
        for (const pending of failed) pending.reject(error)
      }
    }
    this.#writing = undefined
  }

  #nextGroup(): PendingCommit[] {
    let size = 0
    let count = 0
    for (const pending of this.#queue) {
      if (count > 0 && size + pending.operations.length > MAX_BATCH_OPERATIONS) break
      size += pending.operations.length
      count += 1
    }
    return this.#queue.splice(0, count)
  }

  /** One batch, an operation at a time: half of what LevelDB's binding takes to read an array of them. */
  async #write(group: readonly PendingCommit[]): Promise<void> {
    if (this.#failure !== undefined) await this.#open.reopen(this.#failure)
    this.#failure = undefined
    const batch = this.#open.database.batch()
    for (const { operations } of group) {
      for (const operation of operations) {
        if (operation.type === 'put') batch.put(operation.key, operation.value, ENCODING)
        else batch.del(operation.key, ENCODING)
      }
    }
    await batch.write({ sync: group.some(({ sync }) => sync) })
  }
}

/**
 * Keys of a section begin with `!<name>!`, as those of an abstract-level sublevel do. The prefix is
 * added here, since a sublevel's own handling costs more than the rest of a write.
 */
class LevelSection implements Section {
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

  has(key: Uint8Array): Promise<boolean> {
    const prefixed = this.#prefixed(key)
    return this.#open.read((database) => database.has(prefixed, ENCODING))
  }

  async *entries(range: Range = {}): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const { reverse, limit } = range
    const cursor = this.#open.cursor({ ...this.#bounds(range), reverse, limit })
    try {
      for (;;) {
        const items = await cursor.next(READ_ITEMS)
        if (items.length === 0) return
        for (const [prefixed, sealed] of items) {
          const key = prefixed.subarray(this.#prefix.length)
          const value = this.#unseal(key, sealed)
          if (value !== undefined) yield [key, value]
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

function writeError(where: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(
    'STORE_WRITE_FAILED',
    `Cannot write to the store in ${where}: ${messageOf(cause)}. Committed data is not lost. Check the free space and try again.`,
    { cause }
  )
}

function schemaError(where: string, stored: number): StoreError {
  return new StoreError(
    'STORE_SCHEMA',
    `${where} has schema ${stored}; this version reads schemas 2 to ${SCHEMA}. Use the version that wrote the store, or another directory.`
  )
}
