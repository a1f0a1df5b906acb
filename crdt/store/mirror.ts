/**
 * A section that is kept twice, for small values whose loss would do harm: once beside all others,
 * and once in a store of its own (`Store.copies`), so that no lost file takes both. The copy is never
 * behind: it is written before a put and after a delete. It is read where the store is suspect. The
 * other store is opened when it is needed, so that a start does not wait for it.
 *
 * What follows a commit cannot undo it: where the copy cannot be written then, that is done later, and
 * the caller goes on.
 */
import { toHex } from '../bytes/index.ts'
import { Retry } from './retry.ts'
import type { Operation, Section, Store } from './section.ts'

/** Values copied in one commit. */
const BATCH = 5_000

const EMPTY = new Uint8Array()

/** What a mirror is made of. */
export interface MirrorInit {
  readonly store: Pick<Store, 'closing' | 'isSuspect' | 'section'> & Partial<Pick<Store, 'copies'>>
  readonly name: string
}

/** A change of a copy; the value is undefined where it is deleted. */
export type MirrorChange = readonly [key: Uint8Array, value: Uint8Array | undefined]

/** A section with a copy in another store. */
export class Mirror {
  readonly #init: MirrorInit
  readonly #section: Section
  readonly #meta: Section
  readonly #ready: Uint8Array
  #copies: Promise<Store | undefined> | undefined
  /** What follows commits and is not in the copy yet, by key in hex. */
  readonly #behind = new Map<string, MirrorChange>()
  readonly #retry: Retry

  constructor(init: MirrorInit) {
    const { store, name } = init
    this.#init = init
    this.#retry = new Retry({ closing: store.closing, task: () => this.#writeBehind() })
    this.#section = store.section(name)
    this.#meta = store.section('meta')
    this.#ready = Buffer.from(`mirrored-${name}`)
  }

  /** Copies what a store of an earlier version has; in a suspect one, what is lost on either side. */
  async load(commit: Store['commit']): Promise<void> {
    const { isSuspect } = this.#init.store
    if (!isSuspect && (await this.#meta.has(this.#ready))) return
    const copies = await this.#openCopies()
    if (copies === undefined) return
    if (isSuspect) await copyMissing(this.#copyIn(copies), this.#section, commit)
    await commit([this.#meta.put(this.#ready, EMPTY)])
  }

  /** The value; undefined if it is missing on both sides. */
  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.getMany([key]))[0]
  }

  /** Values in the order of the keys. */
  async getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const values = await this.#section.getMany(keys)
    const isComplete = values.every((value) => value !== undefined)
    if (isComplete || !this.#init.store.isSuspect) return values
    const copies = await this.#openCopies()
    if (copies === undefined) return values
    const copied = await this.#copyIn(copies).getMany(keys)
    return values.map((value, i) => value ?? copied[i])
  }

  /** Writes the copies, durably, before the commit with the operations of `put`. */
  async prepare(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Promise<void> {
    await this.#write(entries)
  }

  /** Deletes the copies, durably, before a commit that must not find them. */
  async remove(keys: readonly Uint8Array[]): Promise<void> {
    await this.#write(keys.map((key) => [key, undefined]))
  }

  /** For the commit. */
  put(key: Uint8Array, value: Uint8Array): Operation {
    return this.#section.put(key, value)
  }

  /** For the commit. */
  del(key: Uint8Array): Operation {
    return this.#section.del(key)
  }

  /** Deletes the copies, after the commit with the operations of `del`. Never rejects. */
  finish(keys: readonly Uint8Array[]): Promise<void> {
    return this.follow(keys.map((key) => [key, undefined]))
  }

  /** Changes the copies after the commit that they follow. Never rejects. */
  async follow(changes: readonly MirrorChange[]): Promise<void> {
    if (this.#init.store.copies === undefined) return
    for (const change of changes) this.#behind.set(toHex(change[0]), change)
    try {
      await this.#writeBehind()
    } catch {
      this.#retry.later()
    }
  }

  /** Keys and values, of both where the store is suspect. */
  async *entries(): AsyncGenerator<readonly [Uint8Array, Uint8Array]> {
    yield* this.#section.entries()
    if (!this.#init.store.isSuspect) return
    const copies = await this.#openCopies()
    if (copies === undefined) return
    yield* missing(this.#copyIn(copies), this.#section)
  }

  /** The values as they are read, by their keys in hexadecimal digits. */
  async readAll<T>(read: (key: Uint8Array, value: Uint8Array) => T): Promise<Map<string, T>> {
    const values = new Map<string, T>()
    for await (const [key, value] of this.entries()) values.set(toHex(key), read(key, value))
    return values
  }

  /** Before a commit: what was to follow an earlier one no longer counts. */
  async #write(changes: readonly MirrorChange[]): Promise<void> {
    const copies = await this.#openCopies()
    if (this.#behind.size > 0) for (const [key] of changes) this.#behind.delete(toHex(key))
    await copies?.commit(this.#operations(copies, changes))
  }

  async #writeBehind(): Promise<void> {
    const copies = await this.#openCopies()
    const written = [...this.#behind]
    await copies?.commit(
      this.#operations(
        copies,
        written.map(([, change]) => change)
      )
    )
    for (const [name, change] of written) {
      if (this.#behind.get(name) === change) this.#behind.delete(name)
    }
  }

  #operations(copies: Store, changes: readonly MirrorChange[]): Operation[] {
    const copy = this.#copyIn(copies)
    return changes.map(([key, value]) =>
      value === undefined ? copy.del(key) : copy.put(key, value)
    )
  }

  #copyIn(copies: Store): Section {
    return copies.section(this.#init.name)
  }

  async #openCopies(): Promise<Store | undefined> {
    this.#copies ??= this.#openAndComplete()
    try {
      return await this.#copies
    } catch (error) {
      // The next call tries again.
      this.#copies = undefined
      throw error
    }
  }

  /** Other copies may be new, or have lost something. */
  async #openAndComplete(): Promise<Store | undefined> {
    const copies = await this.#init.store.copies?.()
    if (copies === undefined) return undefined
    const ready = copies.section('meta')
    if (!copies.isSuspect && (await ready.has(this.#ready))) return copies
    await copyMissing(this.#section, this.#copyIn(copies), (all) => copies.commit(all))
    await copies.commit([ready.put(this.#ready, EMPTY)])
    return copies
  }
}

async function copyMissing(from: Section, to: Section, commit: Store['commit']): Promise<void> {
  let batch: Operation[] = []
  for await (const [key, value] of missing(from, to)) {
    batch.push(to.put(key, value))
    if (batch.length < BATCH) continue
    await commit(batch)
    batch = []
  }
  await commit(batch)
}

/** What `from` has and the other section lacks, or has with a damaged value. */
async function* missing(
  from: Section,
  other: Section
): AsyncGenerator<readonly [Uint8Array, Uint8Array]> {
  let batch: (readonly [Uint8Array, Uint8Array])[] = []
  const missingOf = async (): Promise<typeof batch> => {
    const found = await other.getMany(batch.map(([key]) => key))
    return batch.filter((_, i) => found[i] === undefined)
  }
  for await (const entry of from.entries()) {
    batch.push(entry)
    if (batch.length < BATCH) continue
    yield* await missingOf()
    batch = []
  }
  yield* await missingOf()
}
