/**
 * Facts on disk. Additions queue up and are written in groups: one lookup and one fsync for all
 * that came in while the last group was being written. Serial, so that of two equal facts one is
 * new and the other a duplicate, whoever distils them.
 *
 * A Bloom filter of all facts says which need no lookup: what it does not know is new, and what it
 * seems to know is looked up by its exact key. A second filter, of keyed digests, is what peers are
 * told of the facts that may be shared.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readUint, StoredFilter, toHex } from '../../crdt/index.ts'
import { mergeRepeated, readFact, writeFact } from './fact.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { StoredFact } from './fact.ts'

export interface Added {
  readonly status: 'new' | 'duplicate'
  /** Whether the exact key had to be looked up. */
  readonly lookedUp: boolean
}

/** What the filter of facts has done since the start. */
export interface FilterUse {
  /** Facts checked; those it did not know; those it seemed to know and did not. */
  checks: number
  lookupsAvoided: number
  falsePositives: number
  /** Exact lookups and the milliseconds they took. */
  lookups: number
  lookupMilliseconds: number
}

export interface FactStoreInit {
  readonly store: Pick<Store, 'commit' | 'damaged' | 'flush' | 'section'>
  /** The element of a fact in the filter that peers get; left out: they get none. */
  readonly observe?: {
    readonly key: Uint8Array
    readonly elementOf: (digest: Uint8Array) => Uint8Array
  }
}

/** Facts looked up and written at once; bounds memory and the wait of the ones behind. */
const MAX_GROUP_FACTS = 4_000

const COUNT_KEY = Buffer.from('count')
const EMPTY = new Uint8Array(0)

interface Addition {
  readonly facts: readonly StoredFact[]
  readonly resolve: (added: Added[]) => void
  readonly reject: (error: unknown) => void
}

/** Facts read at a time where all are read. */
const SCAN_BATCH = 1_000

export class FactStore {
  /** Digests of all facts. */
  readonly known: StoredFilter
  /** Elements of the facts that peers are told of; undefined when they are told of none. */
  readonly observed: StoredFilter | undefined
  readonly #observe: FactStoreInit['observe']
  readonly #use: FilterUse = {
    checks: 0,
    lookupsAvoided: 0,
    falsePositives: 0,
    lookups: 0,
    lookupMilliseconds: 0
  }
  readonly #store: FactStoreInit['store']
  readonly #facts: Section
  /** Digests of facts that may be promoted and have not been. */
  readonly #candidates: Section
  /** Digest of a promoted fact -> digest of the record it became. */
  readonly #promoted: Section
  readonly #totals: Section
  readonly #queue: (Addition | (() => Promise<void>))[] = []
  #draining = false
  #count = 0

  constructor({ store, observe }: FactStoreInit) {
    this.#store = store
    this.#observe = observe
    this.known = new StoredFilter({ store, name: 'facts', source: () => this.#digests() })
    this.observed =
      observe === undefined
        ? undefined
        : new StoredFilter({
            store,
            name: 'observed',
            key: observe.key,
            source: () => this.#observedElements(observe.elementOf)
          })
    this.#facts = store.section('facts')
    this.#candidates = store.section('candidates')
    this.#promoted = store.section('promoted')
    this.#totals = store.section('fact-totals')
  }

  async load(): Promise<void> {
    const bytes = await this.#totals.get(COUNT_KEY)
    if (bytes !== undefined) {
      this.#count = readAll(bytes, (decoder) => readUint(decoder, Number.MAX_SAFE_INTEGER))
    }
    await this.known.load()
    await this.observed?.load()
  }

  /** Facts on this node. */
  get count(): number {
    return this.#count
  }

  /** What the filter of facts has done since the start. */
  get use(): Readonly<FilterUse> {
    return this.#use
  }

  /** Resolves, with a status each, when all are on disk. */
  add(facts: readonly StoredFact[]): Promise<Added[]> {
    if (facts.length === 0) return Promise.resolve([])
    const { promise, resolve, reject } = Promise.withResolvers<Added[]>()
    this.#enqueue({ facts, resolve, reject })
    return promise
  }

  async get(digest: Uint8Array): Promise<StoredFact | undefined> {
    const bytes = await this.#facts.get(digest)
    return bytes === undefined ? undefined : readFact(digest, bytes)
  }

  has(digest: Uint8Array): Promise<boolean> {
    return this.#facts.has(digest)
  }

  /** Facts that may be promoted, in batches. Does not see what is added meanwhile. */
  async *candidates(batchSize: number): AsyncGenerator<StoredFact[]> {
    let digests: Uint8Array[] = []
    for await (const [digest] of this.#candidates.entries()) {
      digests.push(digest)
      if (digests.length === batchSize) {
        yield await this.#read(digests)
        digests = []
      }
    }
    if (digests.length > 0) yield await this.#read(digests)
  }

  /** The hive record a fact became. */
  promotedAs(digest: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#promoted.get(digest)
  }

  markPromoted(pairs: readonly (readonly [fact: Uint8Array, record: Uint8Array])[]): Promise<void> {
    return this.#store.commit(
      pairs.flatMap(([fact, record]) => [
        this.#promoted.put(fact, record),
        this.#candidates.del(fact)
      ])
    )
  }

  /** True when the fact was there. */
  remove(digest: Uint8Array): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    this.#enqueue(async () => {
      try {
        const held = await this.#facts.has(digest)
        if (held) {
          await this.#commit(-1, [
            this.#facts.del(digest),
            this.#candidates.del(digest),
            this.#promoted.del(digest)
          ])
        }
        resolve(held)
      } catch (error) {
        reject(error)
      }
    })
    return promise
  }

  async #read(digests: Uint8Array[]): Promise<StoredFact[]> {
    const found = await this.#facts.getMany(digests)
    return digests.flatMap((digest, i) => {
      const bytes = found[i]
      return bytes === undefined ? [] : [readFact(digest, bytes)]
    })
  }

  #enqueue(task: Addition | (() => Promise<void>)): void {
    this.#queue.push(task)
    if (!this.#draining) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#draining = true
    // Calls of one turn of the event loop share a group.
    await Promise.resolve()
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (typeof next === 'function') await next()
      else await this.#write(this.#group(next))
    }
    this.#draining = false
  }

  #group(first: Addition): Addition[] {
    const group = [first]
    let size = first.facts.length
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (typeof next === 'function' || size + next.facts.length > MAX_GROUP_FACTS) break
      group.push(next)
      size += next.facts.length
      this.#queue.shift()
    }
    return group
  }

  async #write(group: readonly Addition[]): Promise<void> {
    try {
      const facts = group.flatMap((addition) => addition.facts)
      const stored = await this.#lookUp(facts)
      const known = new Map<string, StoredFact>()
      const changed = new Map<string, StoredFact>()
      const fresh: Uint8Array[] = []
      const shared: Uint8Array[] = []
      const statuses = facts.map((fact): Added => {
        const key = toHex(fact.digest)
        const before = stored.get(key)
        const held = known.get(key) ?? before
        const now = held === undefined ? fact : mergeRepeated(held, fact)
        known.set(key, now)
        if (held === undefined) fresh.push(fact.digest)
        if (held === undefined && !fact.private) shared.push(fact.digest)
        if (held === undefined || isDifferent(held, now)) changed.set(key, now)
        return { status: held === undefined ? 'new' : 'duplicate', lookedUp: stored.has(key) }
      })
      await this.#commit(fresh.length, [
        ...[...changed.values()].flatMap((fact) => this.#put(fact)),
        ...this.known.insert(fresh),
        ...this.#observeOperations(shared)
      ])
      void this.known.checkpoint()
      void this.observed?.checkpoint()
      let from = 0
      for (const { facts: part, resolve } of group) {
        resolve(statuses.slice(from, from + part.length))
        from += part.length
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  /** The facts among these that may be stored already, by digest in hex; undefined: they are not. */
  async #lookUp(facts: readonly StoredFact[]): Promise<Map<string, StoredFact | undefined>> {
    const maybe = facts.map(({ digest }) => digest).filter((digest) => this.known.has(digest))
    const started = performance.now()
    const found = maybe.length === 0 ? [] : await this.#facts.getMany(maybe)
    this.#use.lookupMilliseconds += performance.now() - started
    this.#use.checks += facts.length
    this.#use.lookups += maybe.length
    this.#use.lookupsAvoided += facts.length - maybe.length
    const stored = new Map<string, StoredFact | undefined>()
    for (const [i, digest] of maybe.entries()) {
      const bytes = found[i]
      if (bytes === undefined) this.#use.falsePositives += 1
      stored.set(toHex(digest), bytes === undefined ? undefined : readFact(digest, bytes))
    }
    return stored
  }

  #observeOperations(digests: readonly Uint8Array[]): Operation[] {
    const elementOf = this.#observe?.elementOf
    if (elementOf === undefined || this.observed === undefined) return []
    return this.observed.insert(digests.map((digest) => elementOf(digest)))
  }

  async *#digests(): AsyncGenerator<Uint8Array[]> {
    for await (const batch of this.#all()) yield batch.map(({ digest }) => digest)
  }

  async *#observedElements(
    elementOf: (digest: Uint8Array) => Uint8Array
  ): AsyncGenerator<Uint8Array[]> {
    for await (const batch of this.#all()) {
      yield batch.filter((fact) => !fact.private).map(({ digest }) => elementOf(digest))
    }
  }

  async *#all(): AsyncGenerator<StoredFact[]> {
    let batch: StoredFact[] = []
    for await (const [digest, bytes] of this.#facts.entries()) {
      batch.push(readFact(digest, bytes))
      if (batch.length === SCAN_BATCH) {
        yield batch
        batch = []
      }
    }
    yield batch
  }

  #put(fact: StoredFact): Operation[] {
    return [
      this.#facts.put(fact.digest, writeFact(fact)),
      fact.private ? this.#candidates.del(fact.digest) : this.#candidates.put(fact.digest, EMPTY)
    ]
  }

  async #commit(added: number, operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return
    const count = this.#count + added
    const bytes = encoding.encode((encoder) => encoding.writeVarUint(encoder, count))
    await this.#store.commit([...operations, this.#totals.put(COUNT_KEY, bytes)])
    this.#count = count
  }
}

function isDifferent(a: StoredFact, b: StoredFact): boolean {
  return a.confidence !== b.confidence || a.private !== b.private || a.tags.length !== b.tags.length
}
