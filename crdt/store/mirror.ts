/**
 * A section that is kept twice, for small values whose loss would do harm: once beside all others,
 * and once in a store of its own (`Store.copies`), so that no lost file takes both. The copy is never
 * behind: it is written before a put and after a delete. It is read where the store is suspect.
 */
import type { Operation, Section, Store } from './section.ts'

/** Values copied in one commit. */
const BATCH = 5_000

/** What a mirror is made of. */
export interface MirrorInit {
  readonly store: Pick<Store, 'isSuspect' | 'section'> & Partial<Pick<Store, 'copies'>>
  readonly name: string
}

/** A section with a copy in another store. */
export class Mirror {
  readonly #init: MirrorInit
  readonly #section: Section
  readonly #copy: Section | undefined

  constructor(init: MirrorInit) {
    const { store, name } = init
    this.#init = init
    this.#section = store.section(name)
    this.#copy = store.copies?.section(name)
  }

  /** Copies what a store of an earlier version has, and what is lost on one side. */
  async load(commit: Store['commit']): Promise<void> {
    const { store, name } = this.#init
    if (this.#copy === undefined || store.copies === undefined) return
    const { copies } = store
    const ready = copies.section('meta')
    const key = Buffer.from(name)
    const isReady = await ready.has(key)
    if (isReady && !store.isSuspect && !copies.isSuspect) return
    await copyMissing(this.#section, this.#copy, (operations) => copies.commit(operations))
    if (isReady) await copyMissing(this.#copy, this.#section, commit)
    await copies.commit([ready.put(key, new Uint8Array())])
  }

  /** The value; undefined if it is missing on both sides. */
  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.getMany([key]))[0]
  }

  /** Values in the order of the keys. */
  async getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const values = await this.#section.getMany(keys)
    const isComplete = values.every((value) => value !== undefined)
    if (isComplete || this.#copy === undefined || !this.#init.store.isSuspect) return values
    const copied = await this.#copy.getMany(keys)
    return values.map((value, i) => value ?? copied[i])
  }

  /** Writes the copies, durably, before the commit with the operations of `put`. */
  async prepare(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Promise<void> {
    const copy = this.#copy
    if (copy === undefined) return
    await this.#init.store.copies?.commit(entries.map(([key, value]) => copy.put(key, value)))
  }

  /** For the commit. */
  put(key: Uint8Array, value: Uint8Array): Operation {
    return this.#section.put(key, value)
  }

  /** For the commit. */
  del(key: Uint8Array): Operation {
    return this.#section.del(key)
  }

  /** Deletes the copies, after the commit with the operations of `del`. */
  async finish(keys: readonly Uint8Array[]): Promise<void> {
    const copy = this.#copy
    if (copy === undefined) return
    await this.#init.store.copies?.commit(keys.map((key) => copy.del(key)))
  }

  /** Keys and values, of both where the store is suspect. */
  async *entries(): AsyncGenerator<readonly [Uint8Array, Uint8Array]> {
    yield* this.#section.entries()
    if (this.#copy === undefined || !this.#init.store.isSuspect) return
    for await (const [key, value] of this.#copy.entries()) {
      if (!(await this.#section.has(key))) yield [key, value]
    }
  }
}

async function copyMissing(from: Section, to: Section, commit: Store['commit']): Promise<void> {
  let batch: (readonly [Uint8Array, Uint8Array])[] = []
  const write = async (): Promise<void> => {
    const found = await to.getMany(batch.map(([key]) => key))
    const missing = batch.filter((_, i) => found[i] === undefined)
    await commit(missing.map(([key, value]) => to.put(key, value)))
    batch = []
  }
  for await (const entry of from.entries()) {
    batch.push(entry)
    if (batch.length === BATCH) await write()
  }
  await write()
}
