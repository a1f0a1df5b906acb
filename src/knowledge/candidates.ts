/**
 * Candidates for promotion: each fact that may leave this node and was not promoted. New and
 * changed facts come from the log. Facts that were considered and not promoted (low confidence,
 * withheld) wait in a section of their own. So do promoted claims that began again while the vote of
 * this node on their record gives an earlier begin.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { GrowingFilter, StoredPosition } from '../../crdt/index.ts'
import { Publications } from './publications.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { Publication } from './publications.ts'
import type { StoredFact, FactStore } from '../facts/index.ts'

/** Facts to consider together. */
export interface CandidateBatch {
  readonly facts: readonly StoredFact[]
  /** Promoted claims that changed, or wait. */
  readonly claims: readonly PromotedClaim[]
  /**
   * What waited and is no candidate any longer: it was promoted, and a crash came before its outcome, or
   * it may not leave this node. What changes is in the log again.
   */
  readonly idle: readonly Uint8Array[]
  /** Position in the log after these facts; undefined for facts that were considered before. */
  readonly next?: number
}

/** A fact, the record that it was promoted as, its agent, and when. */
export type PromotedFact = Omit<Publication, 'isSigned'>

/** A claim of this node, and the record that it was promoted as. */
export interface PromotedClaim {
  readonly fact: StoredFact
  readonly record: Uint8Array
}

/** What came of a batch. */
export interface BatchOutcome {
  readonly promoted: readonly PromotedFact[]
  /** Records that had the vote of this node before, so that no entry came with the operations of `promotion`. */
  readonly unchanged: readonly Uint8Array[]
  /** Claims of which nothing is left to state. */
  readonly settled: ReadonlySet<StoredFact>
}

const EMPTY = new Uint8Array()

export class Candidates {
  readonly #store: Pick<Store, 'commit'>
  readonly #facts: FactStore
  readonly #deferred: Section
  /** What waits: a new fact is looked up there only where it may. */
  readonly #mayWait = new GrowingFilter()
  /** Digest of a promoted fact -> digest of its record. */
  readonly #promoted: Section
  readonly #position: StoredPosition
  /** By whom and when facts were published. */
  readonly publications: Publications

  constructor(store: Pick<Store, 'commit' | 'section'>, facts: FactStore) {
    this.#store = store
    this.#facts = facts
    this.#deferred = store.section('candidates')
    this.#promoted = store.section('promoted')
    this.#position = new StoredPosition(store, 'promotion')
    this.publications = new Publications(store)
  }

  /** All candidates at the time of the call. Each batch must be settled. */
  async *batches(size: number): AsyncGenerator<CandidateBatch> {
    const end = this.#facts.logEnd
    let digests: Uint8Array[] = []
    const idle = new Set<string>()
    for await (const [digest] of this.#deferred.entries()) {
      this.#mayWait.add(digest)
      digests.push(digest)
      if (digests.length < size) continue
      yield await this.#waiting(digests, idle)
      digests = []
    }
    if (digests.length > 0) yield await this.#waiting(digests, idle)
    digests = []
    let next = (await this.#position.get()) ?? 0
    for await (const part of this.#facts.log(next, end)) {
      digests.push(...part.digests)
      next = part.next
      if (digests.length < size) continue
      yield { ...(await this.#changed(digests, idle)), next }
      digests = []
    }
    if (digests.length > 0) yield { ...(await this.#changed(digests, idle)), next }
  }

  /**
   * Stores the outcome of a batch. Facts that were not promoted, and claims that are not `settled`, are
   * considered again later.
   */
  async recordOutcomes(
    { facts, claims, idle, next }: CandidateBatch,
    { promoted, unchanged, settled }: BatchOutcome
  ): Promise<void> {
    const promotedFacts = new Set(promoted.map(({ fact }) => fact))
    const voted = new Set(unchanged.map(toHex))
    const standing =
      voted.size === 0 ? [] : promoted.filter(({ record }) => voted.has(toHex(record)))
    const operations = await this.#standing(standing)
    const done = new Map<Uint8Array, boolean>()
    for (const { digest, validAgainFrom } of facts) {
      // The begin that was published may not be the last one.
      done.set(digest, promotedFacts.has(digest) && validAgainFrom === undefined)
    }
    for (const { fact } of claims) done.set(fact.digest, settled.has(fact))
    for (const digest of idle) operations.push(this.#deferred.del(digest))
    for (const [digest, isDone] of done) {
      if (next === undefined && isDone) operations.push(this.#deferred.del(digest))
      if (next === undefined || isDone) continue
      this.#mayWait.add(digest)
      operations.push(this.#deferred.put(digest, EMPTY))
    }
    if (next !== undefined) operations.push(this.#position.put(next))
    await this.#store.commit(operations)
  }

  /** Operations for the commit of the entry that publishes a fact. */
  promotion(promoted: PromotedFact): Operation[] {
    const { fact, record } = promoted
    const publication = { ...promoted, isSigned: true }
    return [this.#promoted.put(fact, record), ...this.publications.put(publication)]
  }

  /** For the same commit where nothing else is stored of the fact: it is no candidate any longer. */
  settle(fact: Uint8Array): Operation {
    return this.#deferred.del(fact)
  }

  /** Stores the promotion of one fact whose record had the vote of this node before. */
  async markPromoted(promoted: PromotedFact): Promise<void> {
    await this.#store.commit([...(await this.#standing([promoted])), this.settle(promoted.fact)])
  }

  /** Digests of the records that the facts were promoted as. */
  async promotedAs(digests: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const records = await this.#promoted.getMany([...digests])
    return uniqueOf(records.filter((record) => record !== undefined))
  }

  /** The digest of the record that each fact was promoted as; undefined for one that was not. */
  recordsOf(digests: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#promoted.getMany([...digests])
  }

  /** Operations that remove facts from the candidates. */
  async forget(digests: readonly Uint8Array[]): Promise<Operation[]> {
    const publications = await this.publications.forget(digests)
    const candidates = digests.flatMap((digest) => [
      this.#deferred.del(digest),
      this.#promoted.del(digest)
    ])
    return [...publications, ...candidates]
  }

  /** For facts whose record had this node's vote before: they stand on it too. */
  async #standing(promoted: readonly PromotedFact[]): Promise<Operation[]> {
    if (promoted.length === 0) return []
    const missing = await this.publications.missing(promoted)
    return [
      ...promoted.map(({ fact, record }) => this.#promoted.put(fact, record)),
      ...missing.flatMap((each) => this.publications.put({ ...each, isSigned: false }))
    ]
  }

  /** Notes which of them are `idle`. */
  async #waiting(digests: readonly Uint8Array[], idle: Set<string>): Promise<CandidateBatch> {
    const batch = await this.#sort(digests)
    for (const digest of batch.idle) idle.add(toHex(digest))
    return batch
  }

  /** A changed fact is in the log again, and may wait already; one that was idle before does not. */
  async #changed(
    digests: readonly Uint8Array[],
    idle: ReadonlySet<string>
  ): Promise<CandidateBatch> {
    const keys = uniqueOf(digests)
    const likely = keys.filter((digest) => this.#mayWait.has(digest) && !idle.has(toHex(digest)))
    const left = likely.length === 0 ? [] : await this.#deferred.getMany(likely)
    const waiting = new Set(likely.filter((_, i) => left[i] !== undefined))
    const changed = await this.#sort(keys.filter((digest) => !waiting.has(digest)))
    return { ...changed, idle: [] }
  }

  /** Facts to promote, promoted claims that have a begin, and other facts. */
  async #sort(digests: readonly Uint8Array[]): Promise<CandidateBatch> {
    const stored = await this.#facts.getMany(digests)
    const read = stored.filter((fact) => !fact.private && fact.stale !== true)
    const records = await this.#promoted.getMany(read.map(({ digest }) => digest))
    const facts = read.filter((_, i) => records[i] === undefined)
    const claims = read.flatMap((fact, i) => {
      const record = records[i]
      return record === undefined || fact.validFrom === undefined ? [] : { fact, record }
    })
    const candidates = new Set([...facts, ...claims.map(({ fact }) => fact)])
    const others = stored.filter((fact) => !candidates.has(fact))
    return { facts, claims, idle: others.map(({ digest }) => digest) }
  }
}

/** A fact that changed twice is in the log twice. */
function uniqueOf(digests: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(digests.map((digest) => [toHex(digest), digest])).values()]
}
