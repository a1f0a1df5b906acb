/**
 * Facts on disk. Additions queue up and are written in groups: one lookup and one fsync for all
 * that came in while the last group was being written. Serial, so that of two equal facts one is
 * new and the other a duplicate, whoever distils them.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readUint, toHex } from '../../crdt/index.ts'
import { mergeRepeated, readFact, writeFact } from './fact.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { StoredFact } from './fact.ts'

export type FactStatus = 'new' | 'duplicate'

/** Facts looked up and written at once; bounds memory and the wait of the ones behind. */
const MAX_GROUP_FACTS = 4_000

const COUNT_KEY = Buffer.from('count')
const EMPTY = new Uint8Array(0)

interface Addition {
  readonly facts: readonly StoredFact[]
  readonly resolve: (statuses: FactStatus[]) => void
  readonly reject: (error: unknown) => void
}

export class FactStore {
  readonly #store: Pick<Store, 'commit' | 'section'>
  readonly #facts: Section
  /** Digests of facts that may be promoted and have not been. */
  readonly #candidates: Section
  /** Digest of a promoted fact -> digest of the record it became. */
  readonly #promoted: Section
  readonly #totals: Section
  readonly #queue: (Addition | (() => Promise<void>))[] = []
  #draining = false
  #count = 0

  constructor(store: Pick<Store, 'commit' | 'section'>) {
    this.#store = store
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
  }

  /** Facts on this node. */
  get count(): number {
    return this.#count
  }

  /** Resolves, with a status each, when all are on disk. */
  add(facts: readonly StoredFact[]): Promise<FactStatus[]> {
    if (facts.length === 0) return Promise.resolve([])
    const { promise, resolve, reject } = Promise.withResolvers<FactStatus[]>()
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
      const stored = await this.#facts.getMany(facts.map(({ digest }) => digest))
      const known = new Map<string, StoredFact>()
      const changed = new Map<string, StoredFact>()
      let added = 0
      const statuses = facts.map((fact, i): FactStatus => {
        const key = toHex(fact.digest)
        const bytes = stored[i]
        const held =
          known.get(key) ?? (bytes === undefined ? undefined : readFact(fact.digest, bytes))
        const now = held === undefined ? fact : mergeRepeated(held, fact)
        known.set(key, now)
        if (held === undefined) added += 1
        if (held === undefined || isDifferent(held, now)) changed.set(key, now)
        return held === undefined ? 'new' : 'duplicate'
      })
      await this.#commit(
        added,
        [...changed.values()].flatMap((fact) => this.#put(fact))
      )
      let from = 0
      for (const { facts: part, resolve } of group) {
        resolve(statuses.slice(from, from + part.length))
        from += part.length
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
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
