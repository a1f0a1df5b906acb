/**
 * Facts on disk. Additions wait in a queue and are written in groups: one lookup and one fsync for
 * each group. The queue is serial, so that of two equal facts one is new and the other is a
 * duplicate. A group is looked up while the group before it is being written.
 */
import { Commits, DigestLog } from '../../crdt/index.ts'
import { SEAL_BYTES } from '../../crdt/bytes/index.ts'
import { FactAudit } from './fact-audit.ts'
import { FactHolds } from './fact-holds.ts'
import { FactFilters } from './fact-filters.ts'
import { FactLookup } from './fact-lookup.ts'
import { newestFacts } from './fact-pages.ts'
import { FactQueue } from './fact-queue.ts'
import { FactRemover } from './fact-remover.ts'
import { FactTotals } from './fact-totals.ts'
import { FactWriter } from './fact-writer.ts'
import { FactsInFlight } from './facts-in-flight.ts'
import { LatestFacts } from './latest-facts.ts'
import { FactMarks } from './fact-marks.ts'
import { MergedVariants } from './merged-variants.ts'
import { readFact, writeFact } from '../fact-format/index.ts'
import { RecentFacts } from './recent-facts.ts'
import { VariantWriter } from './variant-writer.ts'
import type { LogPart, Operation, Section, Store, StoredFilter } from '../../crdt/index.ts'
import type { AddOutcome } from './fact-queue.ts'
import type { FilterStatistics, ObservedFilterInit } from './fact-filters.ts'
import type { FactAuditOptions, FactAuditReport } from './fact-audit.ts'
import type { NewestFacts } from './fact-pages.ts'
import type { CommitRemoval } from './fact-remover.ts'
import type { AgentTotals } from './agent-totals.ts'
import type { PreparedFact } from './prepared-fact.ts'
import type { FactInput, StoredFact } from '../fact-format/index.ts'

export interface FactStoreInit {
  readonly store: Pick<
    Store,
    'closing' | 'commit' | 'damaged' | 'flush' | 'isSuspect' | 'section'
  > &
    Partial<Pick<Store, 'copies'>>
  /**
   * How to make the element of a fact in the filter that peers read. Default: peers get no filter.
   */
  readonly observe?: ObservedFilterInit
}

/** Facts read at a time in a scan. */
const SCAN_BATCH = 1_000

/** Set once the variants of a store name facts, and those that are private have marks. */
const VARIANTS_READY = Buffer.from('variants-of')

export class FactStore {
  readonly #store: FactStoreInit['store']
  readonly #facts: Section
  readonly #log: DigestLog
  readonly #totals: FactTotals
  readonly #marks: FactMarks
  readonly #filters: FactFilters
  readonly #queue = new FactQueue((group) => this.#writer.write(group))
  readonly #recent = new RecentFacts()
  readonly #inFlight = new FactsInFlight(this.#recent)
  readonly #latest = new LatestFacts()
  readonly #commits: Commits
  readonly #holds = new FactHolds()
  readonly #remover: FactRemover
  readonly #writer: FactWriter
  /** Facts that are stored beside those that they repeat. */
  readonly variants: MergedVariants
  readonly #variantWriter: VariantWriter
  #baseline = 0
  /** The latest commit: the commits before it land first, or it fails with them. */
  #lastCommit: Promise<void> = Promise.resolve()

  constructor({ store, observe }: FactStoreInit) {
    this.#store = store
    this.#facts = store.section('facts')
    this.#log = new DigestLog(store, 'fact-log')
    this.#totals = new FactTotals(store)
    this.#marks = new FactMarks(store)
    this.variants = new MergedVariants(store)
    this.#commits = new Commits({
      store,
      reload: async () => {
        await this.#inFlight.settled()
        this.#inFlight.clear()
        this.#latest.clear()
        await this.#loadTotals()
        await this.#filters.reload()
      },
      // The counts may be read at any time.
      runAlone: (task) => this.#queue.runAlone(task)
    })
    const commits = (): Commits => this.#commits
    this.#filters = new FactFilters({
      store,
      commits,
      observe,
      all: () => this.all(),
      others: () => this.#otherDigests()
    })
    const lookup = new FactLookup({
      store,
      facts: this.#facts,
      marks: this.#marks,
      variants: this.variants,
      inFlight: this.#inFlight,
      statistics: this.#filters.statistics
    })
    this.#writer = new FactWriter({
      facts: this.#facts,
      log: this.#log,
      totals: this.#totals,
      marks: this.#marks,
      filters: this.#filters,
      lookup,
      recent: this.#recent,
      inFlight: this.#inFlight,
      latest: this.#latest,
      holds: this.#holds,
      commits: this.#commits,
      commit: (operations) => this.#commit(operations),
      lastCommit: () => this.#lastCommit
    })
    this.#remover = new FactRemover({
      facts: this.#facts,
      variants: this.variants,
      marks: this.#marks,
      totals: this.#totals,
      log: this.#log,
      recent: this.#recent,
      commit: (operations, write) => this.#commit(operations, write)
    })
    this.#variantWriter = new VariantWriter({
      facts: this.#facts,
      variants: this.variants,
      marks: this.#marks,
      totals: this.#totals,
      log: this.#log,
      filter: this.#filters.factFilter,
      commit: (operations) => this.#commit(operations)
    })
  }

  async load(): Promise<void> {
    await this.#loadTotals()
    if (await this.#totals.countAgents(this.#facts)) await this.#store.commit(this.#totals.put())
    this.#baseline =
      (await this.#marks.load((operations) => this.#store.commit(operations))) ??
      (await this.#marks.markAll(
        this.all(),
        (operations) => this.#store.commit(operations),
        this.#log.end
      ))
    await this.#filters.load()
    const meta = this.#store.section('meta')
    if (await meta.has(VARIANTS_READY)) return
    await this.#variantWriter.mend()
    await this.#store.commit([meta.put(VARIANTS_READY, Uint8Array.of())])
  }

  /** Digests of all facts. */
  get filter(): StoredFilter {
    return this.#filters.factFilter
  }

  /** Elements of the facts that peers may read; undefined if peers get no filter. */
  get observed(): StoredFilter | undefined {
    return this.#filters.observed
  }

  /** Stored bytes of the facts on this node. */
  get bytes(): number {
    return this.#totals.bytes
  }

  /** Facts on this node. */
  get count(): number {
    return this.#totals.count
  }

  /** Facts by agent. */
  get agents(): Pick<AgentTotals, 'counts' | 'use'> {
    return this.#totals.agents
  }

  /** Position behind the last fact of the log. */
  get logEnd(): number {
    return this.#log.end
  }

  /** Counts of the filter of facts since the start. */
  get filterStatistics(): Readonly<FilterStatistics> {
    return this.#filters.statistics
  }

  /** Whether the fact is certainly on disk and a repetition would add nothing. */
  isRedundant(name: string, input: FactInput): boolean {
    const mayAdd = input.tags !== undefined || input.validFrom !== undefined
    if (mayAdd || !this.#recent.isRedundant(name, input.confidence, input.private === true))
      return false
    const { statistics } = this.#filters
    statistics.checks += 1
    statistics.hits += 1
    statistics.recent += 1
    return true
  }

  /** Resolves with the status of each fact when all are on disk. */
  add(facts: readonly PreparedFact[]): Promise<AddOutcome[]> {
    return facts.length === 0 ? Promise.resolve([]) : this.#queue.add(facts)
  }

  async get(digest: Uint8Array): Promise<StoredFact | undefined> {
    const bytes = await this.#facts.get(digest)
    return bytes === undefined ? undefined : readFact(digest, bytes)
  }

  /** The facts of `digests` that are stored, in order. */
  async getMany(digests: readonly Uint8Array[]): Promise<StoredFact[]> {
    const found = await this.#facts.getMany([...digests])
    return digests.flatMap((digest, i) => {
      const bytes = found[i]
      return bytes === undefined ? [] : [readFact(digest, bytes)]
    })
  }

  /** Stored bytes of `digests`, for `readFact`; undefined for a digest that is not stored. */
  async stored(digests: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    const latest = digests.map((digest) => this.#latest.bytesOf(digestKeyOf(digest)))
    const others = digests.filter((_, i) => latest[i] === undefined)
    const found = (others.length === 0 ? [] : await this.#facts.getMany(others)).values()
    return latest.map((bytes) => bytes ?? found.next().value)
  }

  /** At most `limit` digests of facts that begin with these hexadecimal digits. */
  idsFrom(digits: string, limit: number): Promise<Uint8Array[]> {
    return this.#facts.keysFrom(digits, limit)
  }

  has(digest: Uint8Array): Promise<boolean> {
    return this.#facts.has(digest)
  }

  /** Digests in the order in which facts were added or changed, up to the last one on disk. */
  async *log(from: number, to = this.#log.end): AsyncGenerator<LogPart> {
    await this.#store.flush()
    yield* this.#log.read(from, to)
  }

  /**
   * At most `limit` facts before a position of the log, the newest first, and the position to go on
   * from. A fact that changed comes again, where it was added or changed before.
   */
  async newestFacts(limit: number, before = this.#log.end): Promise<NewestFacts> {
    await this.#store.flush()
    return newestFacts(this.#log, (digests) => this.getMany(digests), { limit, before })
  }

  /** Whether the log has many repetitions, or may have. */
  get isLogCompactionDue(): boolean {
    return this.#log.isCompactionDue
  }

  /** Drops repetitions from the log; its readers go on at their positions. */
  compactLog(signal?: AbortSignal): Promise<void> {
    return this.#log.compact(signal)
  }

  /** The newest digests of the log from a position on that are on disk, at most `limit`. */
  async newest(from: number, limit: number): Promise<readonly Uint8Array[]> {
    return this.#latest.newest(from, limit) ?? this.#log.newest(from, limit)
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

  /**
   * Forgets facts, and variants of facts, by one call of `commit`, with their marks. Returns whether
   * any of them was there; if not, nothing is committed.
   */
  forget(digests: readonly Uint8Array[], write?: CommitRemoval): Promise<boolean> {
    return this.#whileFree(digests, () => this.#remover.forget(digests, write))
  }

  /**
   * Makes a fact, or a `repetition` of one, a variant of the fact `canonical`, which takes over what
   * it adds. Returns false, and changes nothing, if either is gone meanwhile, if they differ in
   * privacy, or if the fact has too many variants.
   */
  absorb(canonical: Uint8Array, digest: Uint8Array, repetition?: PreparedFact): Promise<boolean> {
    return this.#whileFree([canonical, digest], async () => {
      const isAbsorbed = await this.#variantWriter.absorb(canonical, digest, repetition)
      for (const each of [canonical, digest]) this.#recent.delete(digestKeyOf(each))
      return isAbsorbed
    })
  }

  /** Marks a fact as one that no longer holds; false if it is not stored, or is marked. */
  markStale(digest: Uint8Array): Promise<boolean> {
    return this.setStale(digest, true)
  }

  /** Sets the mark of a fact that no longer holds, or ends it; false if nothing changes. */
  setStale(digest: Uint8Array, isStale: boolean): Promise<boolean> {
    return this.#whileFree([digest], async () => {
      const stored = await this.#facts.get(digest)
      if (stored === undefined) return false
      const { stale = false, ...fact } = readFact(digest, stored)
      if (stale === isStale) return false
      const bytes = writeFact(isStale ? { ...fact, stale: true } : fact)
      // A repetition must be looked up: it ends the mark.
      this.#recent.delete(digestKeyOf(digest))
      this.#totals.add(0, bytes.length - SEAL_BYTES - stored.length)
      await this.#commit([this.#facts.putSealable(digest, bytes), ...this.#log.append([digest])])
      return true
    })
  }

  /** Marks a lost fact as forgotten, so that no audit names it again; false for others. */
  giveUp(digest: Uint8Array): Promise<boolean> {
    return this.runAlone(() => this.#remover.giveUp(digest))
  }

  /**
   * Runs a task with the facts of `digests` that are stored; none of them is changed or removed until it
   * has ended. The task may not change them either.
   */
  async whileHeld<T>(
    digests: readonly Uint8Array[],
    task: (facts: readonly StoredFact[]) => Promise<T>
  ): Promise<T> {
    const names = digests.map(digestKeyOf)
    const { facts, release } = await this.runAlone(async () => ({
      facts: await this.getMany(digests),
      release: this.#holds.hold(names)
    }))
    try {
      return await task(facts)
    } finally {
      release()
    }
  }

  /** Digests that the filter has beside those of the facts: their marks or variants are looked up. */
  async *#otherDigests(): AsyncGenerator<Uint8Array> {
    yield* this.#marks.privateDigests()
    for await (const { variant } of this.variants.all()) yield variant.digest
  }

  /** Runs a task while no fact is added, changed or removed, and none of these is held. */
  #whileFree<T>(digests: readonly Uint8Array[], task: () => Promise<T>): Promise<T> {
    return this.#queue.runAlone(async () => {
      await this.#holds.whenFree(digests.map(digestKeyOf))
      await this.#inFlight.settled()
      await this.#commits.refresh()
      this.#latest.clear()
      return task()
    })
  }

  /** Runs a task while no fact is added, changed or removed. */
  runAlone<T>(task: () => Promise<T>): Promise<T> {
    return this.#whileFree([], task)
  }

  /** Digests of facts that were forgotten and not stored again. */
  forgotten(): AsyncGenerator<Uint8Array> {
    return this.#marks.forgottenDigests()
  }

  /** Compares all facts with the log and the marks, and mends what follows from the rest. */
  async audit(options?: FactAuditOptions): Promise<FactAuditReport> {
    const audit = new FactAudit({
      facts: this.#facts,
      log: this.#log,
      totals: this.#totals,
      marks: this.#marks,
      baseline: this.#baseline,
      runAlone: (task) => this.runAlone(task),
      commit: (operations) => this.#commits.commit(operations),
      remove: (digest) => this.#whileFree([digest], () => this.#remover.removeRevived(digest))
    })
    const report = await audit.run(options)
    await this.runAlone(() => this.#variantWriter.mend())
    // It must know the lost facts, and none of those that are gone.
    await this.filter.rebuild()
    return report
  }

  async #commit(operations: readonly Operation[], write?: CommitRemoval): Promise<void> {
    if (operations.length === 0) return
    this.#lastCommit = this.#commits.commit([...operations, ...this.#totals.put()], write)
    await this.#lastCommit
  }

  async #loadTotals(): Promise<void> {
    await this.#totals.load()
    await this.#log.load()
  }
}

/** A digest as a key of a map: one character a byte, which is cheaper than hex. */
function digestKeyOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('latin1')
}
