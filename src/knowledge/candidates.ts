/**
 * Candidates for promotion: each fact that may leave this node and was not promoted. New and
 * changed facts come from the log. Facts that were considered and not promoted (low confidence,
 * withheld) wait in a section of their own.
 */
import * as encoding from 'lib0/encoding'
import { readAll, readUint, toHex } from '../../crdt/bytes/index.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { StoredFact, FactStore } from '../facts/index.ts'

/** Facts to consider together. */
export interface CandidateBatch {
  readonly facts: readonly StoredFact[]
  /** Position in the log after these facts; undefined for facts that were considered before. */
  readonly next?: number
}

const CURSOR_KEY = Buffer.from('promotion')
const EMPTY = new Uint8Array()

export class Candidates {
  readonly #store: Pick<Store, 'commit'>
  readonly #facts: FactStore
  readonly #deferred: Section
  /** Digest of a promoted fact -> digest of its record. */
  readonly #promoted: Section
  readonly #cursors: Section

  constructor(store: Pick<Store, 'commit' | 'section'>, facts: FactStore) {
    this.#store = store
    this.#facts = facts
    this.#deferred = store.section('candidates')
    this.#promoted = store.section('promoted')
    this.#cursors = store.section('cursors')
  }

  /** All candidates at the time of the call. Each batch must be settled. */
  async *batches(size: number): AsyncGenerator<CandidateBatch> {
    const end = this.#facts.logEnd
    let digests: Uint8Array[] = []
    for await (const [digest] of this.#deferred.entries()) {
      digests.push(digest)
      if (digests.length < size) continue
      yield { facts: await this.#read(digests) }
      digests = []
    }
    if (digests.length > 0) yield { facts: await this.#read(digests) }
    digests = []
    let next = await this.#cursor()
    for await (const part of this.#facts.log(next, end)) {
      digests.push(...part.digests)
      next = part.next
      if (digests.length < size) continue
      yield { facts: await this.#unpromoted(digests), next }
      digests = []
    }
    if (digests.length > 0) yield { facts: await this.#unpromoted(digests), next }
  }

  /** Stores the outcome of a batch; facts that were not promoted are considered again later. */
  async recordOutcomes(
    { facts, next }: CandidateBatch,
    promoted: readonly (readonly [fact: Uint8Array, record: Uint8Array])[]
  ): Promise<void> {
    const promotedFacts = new Set(promoted.map(([fact]) => fact))
    const operations: Operation[] = []
    for (const [fact, record] of promoted) operations.push(this.#promoted.put(fact, record))
    for (const { digest } of facts) {
      if (next === undefined && promotedFacts.has(digest))
        operations.push(this.#deferred.del(digest))
      if (next !== undefined && !promotedFacts.has(digest))
        operations.push(this.#deferred.put(digest, EMPTY))
    }
    if (next !== undefined) {
      const bytes = encoding.encode((encoder) => encoding.writeVarUint(encoder, next))
      operations.push(this.#cursors.put(CURSOR_KEY, bytes))
    }
    await this.#store.commit(operations)
  }

  /** The operation that records what a fact was promoted as. */
  promotion(fact: Uint8Array, record: Uint8Array): Operation {
    return this.#promoted.put(fact, record)
  }

  /** Records that one fact was promoted. */
  markPromoted(fact: Uint8Array, record: Uint8Array): Promise<void> {
    return this.#store.commit([this.#promoted.put(fact, record), this.#deferred.del(fact)])
  }

  /** Digests of the records that the facts were promoted as. */
  async promotedAs(digests: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const records = await this.#promoted.getMany([...digests])
    return uniqueOf(records.filter((record) => record !== undefined))
  }

  /** Operations that remove facts from the candidates. */
  forget(digests: readonly Uint8Array[]): Operation[] {
    return digests.flatMap((digest) => [this.#deferred.del(digest), this.#promoted.del(digest)])
  }

  async #read(digests: readonly Uint8Array[]): Promise<StoredFact[]> {
    const facts = await this.#facts.getMany(digests)
    return facts.filter((fact) => !fact.private && fact.stale !== true)
  }

  /** A changed fact is in the log again, and may have been promoted or considered before. */
  async #unpromoted(digests: readonly Uint8Array[]): Promise<StoredFact[]> {
    const keys = uniqueOf(digests)
    const [promoted, left] = await Promise.all([
      this.#promoted.getMany(keys),
      this.#deferred.getMany(keys)
    ])
    return this.#read(keys.filter((_, i) => promoted[i] === undefined && left[i] === undefined))
  }

  async #cursor(): Promise<number> {
    const bytes = await this.#cursors.get(CURSOR_KEY)
    return bytes === undefined
      ? 0
      : readAll(bytes, (decoder) => readUint(decoder, Number.MAX_SAFE_INTEGER))
  }
}

/** A fact that changed twice is in the log twice. */
function uniqueOf(digests: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(digests.map((digest) => [toHex(digest), digest])).values()]
}
