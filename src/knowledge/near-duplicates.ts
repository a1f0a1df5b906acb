/**
 * Near-duplicates: facts with the words of another fact of this node, in other typography. A
 * variant is not a fact of its own. It is stored with the fact that it repeats, with its own words
 * and agent, and can be split off again.
 */
import { SEAL_BYTES, equalBytes, readAll } from '../../crdt/bytes/index.ts'
import { readRecord, Serial, StoredPosition } from '../../crdt/index.ts'
import { MAX_VARIANTS, prepareStored, readFact } from '../facts/index.ts'
import { searchedContent } from '../search/index.ts'
import { recordVariantKey } from './record-variant.ts'
import { VariantSeparation } from './variant-separation.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { HiveRecord, Operation, Section, Store } from '../../crdt/index.ts'
import type { SearchIndex, WaitOptions } from '../search/index.ts'
import type { FactStore, MergedVariant, PreparedFact, StoredFact } from '../facts/index.ts'

export interface NearDuplicatesComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly facts: FactStore
  readonly index: SearchIndex
}

/** The result of a consolidation. */
export interface ConsolidateReport {
  /** Facts compared, and facts that became variants. */
  readonly checked: number
  readonly merged: number
}

/** The extent of a consolidation. */
export interface ConsolidateOptions extends AbortOptions {
  /** At most this many facts are compared. Default: all that were not compared before. */
  readonly limit?: number
  /** Called after each slice with the totals so far. */
  readonly onProgress?: (totals: ConsolidateReport) => void
}

/** Facts compared with a new one: the best matches for its words. */
const CANDIDATES = 10

/** Characters that punctuation and white space may add to a text or remove from it. */
const LENGTH_SLACK = 16
const LENGTH_SHARE = 0.2

const EMPTY = new Uint8Array()

export class NearDuplicates {
  readonly #components: NearDuplicatesComponents
  /** Variants that were split off: they stay facts of their own. */
  readonly #split: Section
  readonly #position: StoredPosition
  readonly #separation: VariantSeparation
  /** Serial, so that no variant is merged into a fact while that fact is being forgotten. */
  readonly #serial = new Serial()
  #mergedCount = 0

  /** Variants that were merged since the start. */
  get mergedCount(): number {
    return this.#mergedCount
  }

  constructor(components: NearDuplicatesComponents) {
    this.#components = components
    this.#split = components.store.section('apart')
    this.#position = new StoredPosition(components.store, 'consolidation')
    this.#separation = new VariantSeparation({
      store: components.store,
      after: (digest, limit) => this.#variants.after(digest, limit),
      separate: ({ variant }) => this.#separate(variant.digest)
    })
  }

  get #variants(): FactStore['variants'] {
    return this.#components.facts.variants
  }

  /** Digest of the fact that a merged variant repeats. */
  async canonical(digest: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.#variants.get(digest))?.canonical
  }

  /** At most `limit` digests of merged variants that begin with these hexadecimal digits. */
  idsFrom(digits: string, limit: number): Promise<Uint8Array[]> {
    return this.#variants.idsFrom(digits, limit)
  }

  /** Stored bytes of variants, for `readFact`; undefined for a digest that is none. */
  stored(digests: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return this.#variants.stored(digests)
  }

  /** Digest of a fact of this node with the same words, if there is one. */
  async find(
    fact: PreparedFact,
    wait: Pick<WaitOptions, 'isRequired'> = {}
  ): Promise<Uint8Array | undefined> {
    const known = await this.canonical(fact.digest)
    const { index, facts } = this.#components
    const record = recordOf(readFact(fact.digest, fact.bytes.subarray(SEAL_BYTES)))
    // The fact that it repeated may have been forgotten, and the rule may have changed.
    const repeated = known === undefined ? undefined : await facts.get(known)
    if (repeated !== undefined && areVariantRecords(record, recordOf(repeated))) return known
    if (await this.#split.has(fact.digest)) return undefined
    const text = record.kind === 'lesson' ? searchedContent(record) : record.content
    const slack = LENGTH_SLACK + text.length * LENGTH_SHARE
    const length = [Math.floor(text.length - slack), Math.ceil(text.length + slack)] as const
    const query = { text, limit: CANDIDATES, origins: ['local'], all: true, length } as const
    const view = await index.view({ ...wait, origins: ['local'] })
    const { hits } = await view.search(query)
    for (const candidate of await facts.getMany(hits.map(({ digest }) => digest))) {
      const isOther = !equalBytes(candidate.digest, fact.digest)
      if (
        isOther &&
        candidate.private === fact.isPrivate &&
        areVariantRecords(record, recordOf(candidate)) &&
        (await this.#takesVariants(candidate.digest))
      ) {
        return candidate.digest
      }
    }
    return undefined
  }

  /** Nothing is merged into what was split off: it would come to what it was split from. */
  async #takesVariants(digest: Uint8Array): Promise<boolean> {
    if (await this.#split.has(digest)) return false
    return (await this.#variants.of(digest)).length < MAX_VARIANTS
  }

  /**
   * Stores a repetition of the fact `canonical` in other words as its variant; that fact takes over
   * what it adds. Returns false if that fact is gone, or if they may not be merged: then the
   * repetition is a fact of its own.
   */
  merge(fact: PreparedFact, canonical: Uint8Array): Promise<boolean> {
    return this.#serial.run(() => this.#merge(canonical, fact.digest, fact))
  }

  /** Runs a task while nothing is merged or split. */
  runExclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.#serial.run(task)
  }

  async #merge(
    canonical: Uint8Array,
    digest: Uint8Array,
    repetition?: PreparedFact
  ): Promise<boolean> {
    const { facts } = this.#components
    if ((await this.#split.has(digest)) || (await this.#split.has(canonical))) return false
    const [existing, known] = [await facts.get(canonical), await this.#variants.get(digest)]
    const given = repetition?.isPrivate ?? (await facts.get(digest))?.private ?? false
    if (known !== undefined && given && existing?.private === false) {
      await this.#makeFact(known, true)
      return false
    }
    const isMerged = await facts.absorb(canonical, digest, repetition)
    if (isMerged) this.#mergedCount += 1
    return isMerged
  }

  /** Whether facts, or variants of an earlier rule, wait for `consolidate`. */
  async isDue(): Promise<boolean> {
    return (
      (await this.#separation.isDue()) || (await this.position()) < this.#components.facts.logEnd
    )
  }

  /**
   * Takes variants apart that an earlier rule merged, at most `limit` of them compared, once. Then it
   * compares the facts added since the last call, as `distill` does without the heuristic. Aborting
   * stops between facts; the next call continues there.
   */
  async consolidate({
    signal,
    onProgress,
    limit = Infinity
  }: ConsolidateOptions = {}): Promise<ConsolidateReport> {
    const { facts } = this.#components
    const totals = { checked: 0, merged: 0 }
    await this.#separation.run(limit, { signal })
    if (await this.#separation.isDue()) return totals
    for await (const { digests, next } of facts.log(await this.position())) {
      const batch = digests.slice(0, limit - totals.checked)
      for (const { digest } of await facts.getMany(batch)) {
        signal?.throwIfAborted()
        // It may have changed, or been forgotten, since the batch was read.
        const stored = await facts.get(digest)
        totals.checked += 1
        if (stored === undefined) continue
        const canonical = await this.find(prepareStored(stored), { isRequired: true })
        if (canonical === undefined) continue
        const isMerged = await this.#serial.run(() => this.#merge(canonical, digest))
        if (isMerged) totals.merged += 1
      }
      await this.#setPosition(next - digests.length + batch.length)
      onProgress?.({ ...totals })
      if (totals.checked >= limit) break
    }
    return totals
  }

  /** Makes a merged variant a fact of its own; false if there is no such variant. */
  split(digest: Uint8Array): Promise<boolean> {
    return this.#serial.run(async () => {
      const known = await this.#variants.get(digest)
      if (known === undefined) return false
      await this.#makeFact(known, known.variant.private, [this.#split.put(digest, EMPTY)])
      return true
    })
  }

  /** A variant that is none by today's rule. */
  #separate(digest: Uint8Array): Promise<boolean> {
    return this.#serial.run(async () => {
      const known = await this.#variants.get(digest)
      const fact = known && (await this.#components.facts.get(known.canonical))
      if (known === undefined || fact === undefined) return false
      if (areVariantRecords(recordOf(known.variant), recordOf(fact))) return false
      await this.#makeFact(known, known.variant.private || fact.private)
      return true
    })
  }

  /** Bytes that a variant takes as a fact of its own; undefined if there is no such variant. */
  async bytesApart(digest: Uint8Array): Promise<number | undefined> {
    const known = await this.#variants.get(digest)
    return known === undefined ? undefined : prepareStored(known.variant).bytes.length
  }

  async #makeFact(
    { canonical, variant }: MergedVariant,
    isPrivate: boolean,
    operations: readonly Operation[] = []
  ): Promise<void> {
    const { facts, store } = this.#components
    // Beside a private fact it is stored as a private one.
    await facts.add([prepareStored({ ...variant, private: isPrivate })])
    await store.commit([...operations, ...this.#variants.del(canonical, variant.digest)])
  }

  /** Position in the log of facts up to which all facts have been compared. */
  async position(): Promise<number> {
    return (await this.#position.get()) ?? 0
  }

  #setPosition(position: number): Promise<void> {
    return this.#components.store.commit([this.#position.put(position)])
  }

  /** All merged variants, in their own words; those of a private fact are private. */
  async *variants(): AsyncGenerator<StoredFact> {
    for await (const merged of this.#variants.all()) yield await this.#shown(merged)
  }

  /** The facts that variants repeat, with who learned the variants. */
  async *merged(): AsyncGenerator<{
    readonly canonical: Uint8Array
    readonly variant: Uint8Array
    readonly agent: string
  }> {
    for await (const { canonical, variant } of this.#variants.all()) {
      yield { canonical, variant: variant.digest, agent: variant.agent }
    }
  }

  /** Variants that were merged into a fact. */
  async variantsOf(canonical: Uint8Array): Promise<StoredFact[]> {
    const found = await this.#variants.getMany(await this.#variants.of(canonical))
    const variants = found.filter((each) => each !== undefined)
    return Promise.all(variants.map((each) => this.#shown(each)))
  }

  async #shown({ canonical, variant }: MergedVariant): Promise<StoredFact> {
    if (variant.private) return variant
    const fact = await this.#components.facts.get(canonical)
    return fact?.private === true ? { ...variant, private: true } : variant
  }
}

/** Whether two records are variants: equal attribute and value, and variants in the rest. */
export function areVariantRecords(a: HiveRecord, b: HiveRecord): boolean {
  return recordVariantKey(a) === recordVariantKey(b)
}

function recordOf({ record }: StoredFact): HiveRecord {
  return readAll(record, readRecord)
}
