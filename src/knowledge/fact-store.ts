/**
 * Facts on disk. Additions queue up and are written in groups: one lookup and one fsync for all
 * that came in meanwhile. Serial, so that of two equal facts one is new and the other a duplicate,
 * whoever distils them; a group is looked up while the one before it is still being written.
 *
 * A Bloom filter of all facts says which need no lookup: what it does not know is new, and what it
 * seems to know is looked up by its exact key. A second filter, of keyed digests, is what peers are
 * told of the facts that may be shared.
 */
import * as encoding from 'lib0/encoding'
import { Claims, DigestLog, readRecord, SEAL_BYTES, StoredFilter } from '../../crdt/index.ts'
import { readAll, readUint } from '../../crdt/bytes/index.ts'
import { heldOf, mergeRepeated, readFact, writeFact } from '../facts/stored-fact.ts'
import { RecentFacts } from '../facts/recent-facts.ts'
import type { LogPart, Operation, Section, Store } from '../../crdt/index.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'
import type { FactInput } from '../facts/fact.ts'
import type { FactWrite, PreparedFact, StoredFact } from '../facts/stored-fact.ts'

export interface Added {
  readonly status: 'new' | 'duplicate'
  /** Whether the exact key had to be looked up. */
  readonly lookedUp: boolean
}

const NEW: Added = { status: 'new', lookedUp: false }
const NEW_AFTER_LOOKUP: Added = { status: 'new', lookedUp: true }
const DUPLICATE: Added = { status: 'duplicate', lookedUp: true }

/** What the filter of facts has done since the start. */
export interface FilterUse {
  /** Facts checked; those that were there; those that only seemed to be. */
  checks: number
  hits: number
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

/** Facts looked up and written at once; bounds how long one group holds the event loop. */
const MAX_GROUP_FACTS = 2_000

/** Groups on their way to disk; the next one is looked up meanwhile. */
const MAX_COMMITS = 2

/** Facts read at a time where all are read. */
const SCAN_BATCH = 1_000

const TOTALS_KEY = Buffer.from('totals')

interface Addition {
  readonly facts: readonly PreparedFact[]
  readonly resolve: (added: Added[]) => void
  readonly reject: (error: unknown) => void
}

export class FactStore {
  /** Digests of all facts. */
  readonly known: StoredFilter
  /** Elements of the facts that peers are told of; undefined when they are told of none. */
  readonly observed: StoredFilter | undefined
  /** Facts that give an attribute of an entity a value. */
  readonly claims: Claims
  readonly #observe: FactStoreInit['observe']
  readonly #store: FactStoreInit['store']
  readonly #facts: Section
  readonly #totals: Section
  readonly #log: DigestLog
  readonly #queue: (Addition | (() => Promise<void>))[] = []
  /** Facts whose commit has not ended, by digest. */
  readonly #inFlight = new Map<string, FactWrite>()
  readonly #recent = new RecentFacts()
  #commits: Promise<void>[] = []
  /** The one begun last: those before it land first, or it fails with them. */
  #lastCommit: Promise<void> = Promise.resolve()
  readonly #use: FilterUse = {
    checks: 0,
    hits: 0,
    falsePositives: 0,
    lookups: 0,
    lookupMilliseconds: 0
  }
  #draining = false
  /** Set by a failed commit: the totals are ahead of the disk. */
  #stale = false
  #count = 0
  #bytes = 0

  constructor({ store, observe }: FactStoreInit) {
    this.#store = store
    this.#observe = observe
    this.#facts = store.section('facts')
    this.#totals = store.section('fact-totals')
    this.#log = new DigestLog(store, 'fact-log')
    this.claims = new Claims(store, 'fact-claims')
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
  }

  async load(): Promise<void> {
    await this.#loadTotals()
    await this.known.load()
    await this.observed?.load()
  }

  /** Bytes of the facts on this node, as they are stored. */
  get bytes(): number {
    return this.#bytes
  }

  /** Facts on this node. */
  get count(): number {
    return this.#count
  }

  /** Position behind the last fact of the log. */
  get logEnd(): number {
    return this.#log.end
  }

  /** What the filter of facts has done since the start. */
  get use(): Readonly<FilterUse> {
    return this.#use
  }

  /** Whether the fact is on disk for certain, and saying it again adds nothing. */
  covers(name: string, input: FactInput): boolean {
    const mayAdd = input.tags !== undefined || input.validFrom !== undefined
    if (mayAdd || !this.#recent.covers(name, input.confidence, input.private === true)) return false
    this.#use.checks += 1
    this.#use.hits += 1
    return true
  }

  /** Resolves, with a status each, when all are on disk. */
  add(facts: readonly PreparedFact[]): Promise<Added[]> {
    if (facts.length === 0) return Promise.resolve([])
    const { promise, resolve, reject } = Promise.withResolvers<Added[]>()
    this.#enqueue({ facts, resolve, reject })
    return promise
  }

  async get(digest: Uint8Array): Promise<StoredFact | undefined> {
    const bytes = await this.#facts.get(digest)
    return bytes === undefined ? undefined : readFact(digest, bytes)
  }

  /** Those of `digests` that are stored, in order. */
  async getMany(digests: readonly Uint8Array[]): Promise<StoredFact[]> {
    const found = await this.#facts.getMany([...digests])
    return digests.flatMap((digest, i) => {
      const bytes = found[i]
      return bytes === undefined ? [] : [readFact(digest, bytes)]
    })
  }

  /** Stored bytes of `digests`, for `readFact`; undefined for those that are not there. */
  stored(digests: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#facts.getMany([...digests])
  }

  has(digest: Uint8Array): Promise<boolean> {
    return this.#facts.has(digest)
  }

  /** Digests in the order in which facts were added or changed, as far as they are on disk. */
  async *log(from: number, to = this.#log.end): AsyncGenerator<LogPart> {
    await this.#store.flush()
    yield* this.#log.read(from, to)
  }

  /** All facts, in batches, by digest. */
  async *all(): AsyncGenerator<StoredFact[]> {
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

  /** Removes a fact, together with `extra`; true when it was there. */
  remove(digest: Uint8Array, extra: readonly Operation[] = []): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    this.#enqueue(async () => {
      try {
        await Promise.allSettled(this.#commits)
        await this.#refresh()
        const bytes = await this.#facts.get(digest)
        const held = bytes !== undefined
        this.#recent.delete(nameOf(digest))
        if (held) {
          this.#count -= 1
          this.#bytes -= bytes.length + SEAL_BYTES
          // In the log once more: what follows the store learns that it is gone.
          const logged = this.#log.append([digest])
          const claim = this.claims.del(readAll(readFact(digest, bytes).record, readRecord), digest)
          await this.#commit([this.#facts.del(digest), ...claim, ...logged, ...extra])
        }
        resolve(held)
      } catch (error) {
        reject(error)
      }
    })
    return promise
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

  /** Looks a group up and begins to write it; resolves when the next one may begin. */
  async #write(group: readonly Addition[]): Promise<void> {
    try {
      await this.#refresh()
      const facts =
        group.length === 1 ? (group[0]?.facts ?? []) : group.flatMap((each) => each.facts)
      const { isNew, operations } = this.known.insertNew(facts.map(({ digest }) => digest))
      const stored = await this.#lookUp(facts.filter((_, i) => isNew[i] !== true))
      this.#use.checks += facts.length
      const changed: FactWrite[] = []
      let repeatsInFlight = false
      const shared: Uint8Array[] = []
      const put = (write: FactWrite): void => {
        changed.push(write)
        this.#inFlight.set(write.name, write)
        operations.push(this.#facts.putSealable(write.digest, write.bytes))
      }
      const added = facts.map((fact, i): Added => {
        const { digest, name } = fact
        const held = isNew[i] === true ? undefined : this.#held(name, stored)
        if (held === undefined) {
          put(fact)
          if (fact.attribute !== undefined) operations.push(...this.claims.put(fact, digest))
          this.#count += 1
          this.#bytes += fact.bytes.length
          if (!fact.isPrivate) shared.push(digest)
          if (isNew[i] === true) return NEW
          this.#use.falsePositives += 1
          return NEW_AFTER_LOOKUP
        }
        this.#use.hits += 1
        repeatsInFlight ||= this.#inFlight.has(name)
        const merged = mergeRepeated(digest, held, fact)
        if (merged !== undefined) {
          const bytes = writeFact(merged)
          this.#bytes += bytes.length - SEAL_BYTES - held.length
          put({ digest, name, bytes, confidence: merged.confidence, isPrivate: merged.private })
        } else if (!this.#inFlight.has(name)) this.#recent.put({ name, ...heldOf(held) })
        return DUPLICATE
      })
      operations.push(
        ...this.#log.append(changed.map(({ digest: each }) => each)),
        ...this.#observeOperations(shared)
      )
      // A repetition is on disk when what it repeats is.
      const commit =
        operations.length === 0 && repeatsInFlight ? this.#lastCommit : this.#commit(operations)
      this.#land(group, added, changed, commit)
      if (this.#commits.length >= MAX_COMMITS) await Promise.race(this.#commits)
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  /** Lets the group land: what it changed is in flight until its commit has ended. */
  #land(
    group: readonly Addition[],
    added: readonly Added[],
    changed: readonly FactWrite[],
    commit: Promise<void>
  ): void {
    const landed = this.#afterAnswer(group, added, changed, commit).finally(() => {
      this.#commits = this.#commits.filter((each) => each !== landed)
    })
    this.#commits.push(landed)
  }

  async #afterAnswer(
    group: readonly Addition[],
    added: readonly Added[],
    changed: readonly FactWrite[],
    commit: Promise<void>
  ): Promise<void> {
    const isOnDisk = await this.#answer(group, added, commit)
    for (const write of changed) {
      // A later group may have changed it once more, and is still on its way.
      if (this.#inFlight.get(write.name) !== write) continue
      this.#inFlight.delete(write.name)
      if (isOnDisk) this.#recent.put(write)
    }
  }

  /** Stored bytes of a fact that is on its way to disk, or there. */
  #held(name: string, stored: ReadonlyMap<string, Uint8Array>): Uint8Array | undefined {
    return this.#inFlight.get(name)?.bytes.subarray(SEAL_BYTES) ?? stored.get(name)
  }

  async #answer(
    group: readonly Addition[],
    added: readonly Added[],
    commit: Promise<void>
  ): Promise<boolean> {
    try {
      await commit
      void this.known.checkpoint()
      void this.observed?.checkpoint()
      let from = 0
      for (const { facts, resolve } of group) {
        resolve(added.slice(from, from + facts.length))
        from += facts.length
      }
      return true
    } catch (error) {
      for (const { reject } of group) reject(error)
      return false
    }
  }

  /** Stored bytes of those that the filter seems to know, as far as they are on disk. */
  async #lookUp(facts: readonly PreparedFact[]): Promise<Map<string, Uint8Array>> {
    const stored = new Map<string, Uint8Array>()
    if (facts.length === 0) return stored
    const started = performance.now()
    const digests = facts.map(({ digest }) => digest)
    const found = await this.#facts.getMany(digests)
    this.#use.lookupMilliseconds += performance.now() - started
    this.#use.lookups += facts.length
    for (const [i, digest] of digests.entries()) {
      const bytes = found[i]
      if (bytes !== undefined) stored.set(nameOf(digest), bytes)
    }
    return stored
  }

  #observeOperations(digests: readonly Uint8Array[]): Operation[] {
    const elementOf = this.#observe?.elementOf
    if (elementOf === undefined || this.observed === undefined) return []
    return this.observed.insert(digests.map((digest) => elementOf(digest)))
  }

  async *#digests(): AsyncGenerator<Uint8Array[]> {
    for await (const batch of this.all()) yield batch.map(({ digest }) => digest)
  }

  async *#observedElements(
    elementOf: (digest: Uint8Array) => Uint8Array
  ): AsyncGenerator<Uint8Array[]> {
    for await (const batch of this.all()) {
      yield batch.filter((fact) => !fact.private).map(({ digest }) => elementOf(digest))
    }
  }

  async #commit(operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return
    const totals = encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, this.#count)
      encoding.writeVarUint(encoder, this.#bytes)
    })
    try {
      this.#lastCommit = this.#store.commit([...operations, this.#totals.put(TOTALS_KEY, totals)])
      await this.#lastCommit
    } catch (error) {
      this.#stale = true
      throw error
    }
  }

  /** Goes back to what is on disk, after a failed commit. */
  async #refresh(): Promise<void> {
    if (!this.#stale) return
    await Promise.allSettled(this.#commits)
    await this.#store.flush()
    await this.#loadTotals()
    this.#stale = false
  }

  async #loadTotals(): Promise<void> {
    const bytes = await this.#totals.get(TOTALS_KEY)
    const [count = 0, size = 0] = bytes === undefined ? [] : readAll(bytes, readTotals)
    this.#count = count
    this.#bytes = size
    await this.#log.load()
  }
}

function readTotals(decoder: Decoder): number[] {
  const count = readUint(decoder, Number.MAX_SAFE_INTEGER)
  return [count, readUint(decoder, Number.MAX_SAFE_INTEGER)]
}

/** A digest as a key of a map: one character a byte, which is cheaper than hex. */
function nameOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('latin1')
}
