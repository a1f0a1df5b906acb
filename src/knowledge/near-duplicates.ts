/**
 * Near-duplicates: facts with the words of another fact of this node, in other typography. A
 * variant is not a fact of its own. It is stored with the fact that it repeats, with its own words
 * and agent, and can be split off again.
 */
import * as encoding from 'lib0/encoding'
import { SEAL_BYTES, equalBytes, readAll, readUint } from '../../crdt/bytes/index.ts'
import { readRecord, Serial } from '../../crdt/index.ts'
import { prepareStored, readFact } from '../facts/index.ts'
import { searchedContent } from '../search/index.ts'
import { recordVariantKey } from './record-variant.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { HiveRecord, Operation, Section, Store } from '../../crdt/index.ts'
import type { SearchIndex, WaitOptions } from '../search/index.ts'
import type { PreparedFact, StoredFact, FactStore } from '../facts/index.ts'

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

const CURSOR_KEY = Buffer.from('consolidation')

/** Facts compared with a new one: the best matches for its words. */
const CANDIDATES = 10

/** Characters that punctuation and white space may add to a text or remove from it. */
const LENGTH_SLACK = 16
const LENGTH_SHARE = 0.2

const DIGEST_BYTES = 32
const EMPTY = new Uint8Array()

export class NearDuplicates {
  readonly #components: NearDuplicatesComponents
  /** Digest of a variant -> digest of the fact that it repeats, and the variant's own bytes. */
  readonly #variants: Section
  /** Variants that were split off: they stay facts of their own. */
  readonly #split: Section
  readonly #cursors: Section
  /** Serial, so that no variant is merged into a fact while that fact is being forgotten. */
  readonly #serial = new Serial()
  #mergedCount = 0

  /** Variants that were merged since the start. */
  get mergedCount(): number {
    return this.#mergedCount
  }

  constructor(components: NearDuplicatesComponents) {
    this.#components = components
    this.#variants = components.store.section('merged')
    this.#split = components.store.section('apart')
    this.#cursors = components.store.section('cursors')
  }

  /** Digest of the fact that a merged variant repeats. */
  async canonical(digest: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.#variants.get(digest))?.subarray(0, DIGEST_BYTES)
  }

  /** At most `limit` digests of merged variants that begin with these hexadecimal digits. */
  idsFrom(digits: string, limit: number): Promise<Uint8Array[]> {
    return this.#variants.keysFrom(digits, limit)
  }

  /** Stored bytes of variants, for `readFact`; undefined for a digest that is none. */
  async stored(digests: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const values = await this.#variants.getMany([...digests])
    return values.map((value) => value?.subarray(DIGEST_BYTES))
  }

  /** Digest of a fact of this node with the same words, if there is one. */
  async find(
    fact: PreparedFact,
    wait: Pick<WaitOptions, 'isRequired'> = {}
  ): Promise<Uint8Array | undefined> {
    const known = await this.canonical(fact.digest)
    const { index, facts } = this.#components
    // The fact that it repeated may have been forgotten.
    if (known !== undefined && (await facts.has(known))) return known
    if (await this.#split.has(fact.digest)) return undefined
    const record = recordOf(readFact(fact.digest, fact.bytes.subarray(SEAL_BYTES)))
    const text = record.kind === 'lesson' ? searchedContent(record) : record.content
    const slack = LENGTH_SLACK + text.length * LENGTH_SHARE
    const length = [Math.floor(text.length - slack), Math.ceil(text.length + slack)] as const
    const query = { text, limit: CANDIDATES, origins: ['local'], all: true, length } as const
    const view = await index.view(wait)
    const { hits } = await view.search(query)
    for (const candidate of await facts.getMany(hits.map(({ digest }) => digest))) {
      const isOther = !equalBytes(candidate.digest, fact.digest)
      if (
        isOther &&
        candidate.private === fact.isPrivate &&
        areVariantRecords(record, recordOf(candidate))
      ) {
        return candidate.digest
      }
    }
    return undefined
  }

  /**
   * Stores `fact` as a variant of the fact `canonical`, which takes over its tags and confidence.
   * Returns false, and stores nothing, if that fact is gone.
   */
  merge(fact: PreparedFact, canonical: Uint8Array): Promise<boolean> {
    return this.#serial.run(() => this.#merge(fact, canonical))
  }

  /** Runs a task while nothing is merged or split. */
  runExclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.#serial.run(task)
  }

  async #merge(fact: PreparedFact, canonical: Uint8Array): Promise<boolean> {
    const { facts, store } = this.#components
    const existing = await facts.get(canonical)
    if (existing === undefined) return false
    const { tags, confidence } = fact
    const { projects, stale } = readFact(fact.digest, fact.bytes.subarray(SEAL_BYTES))
    const higher = Math.max(confidence, existing.confidence)
    await facts.add([prepareStored({ ...existing, tags, projects, stale, confidence: higher })])
    const value = Buffer.concat([canonical, fact.bytes.subarray(SEAL_BYTES)])
    await store.commit([this.#variants.put(fact.digest, value)])
    this.#mergedCount += 1
    return true
  }

  /**
   * Compares the facts added since the last call, as `distill` does without the heuristic. Aborting
   * stops between facts; the next call continues there.
   */
  async consolidate({
    signal,
    onProgress,
    limit = Infinity
  }: ConsolidateOptions = {}): Promise<ConsolidateReport> {
    const { facts } = this.#components
    const totals = { checked: 0, merged: 0 }
    for await (const { digests, next } of facts.log(await this.position())) {
      const batch = digests.slice(0, limit - totals.checked)
      for (const stored of await facts.getMany(batch)) {
        signal?.throwIfAborted()
        const fact = prepareStored(stored)
        const canonical = await this.find(fact, { isRequired: true })
        totals.checked += 1
        if (canonical === undefined || !(await this.merge(fact, canonical))) continue
        await facts.remove(fact.digest)
        totals.merged += 1
      }
      await this.#setPosition(next - digests.length + batch.length)
      onProgress?.({ ...totals })
      if (totals.checked >= limit) break
    }
    return totals
  }

  /** Makes a merged variant a fact of its own; false if there is no such variant. */
  split(digest: Uint8Array): Promise<boolean> {
    return this.#serial.run(() => this.#makeFact(digest))
  }

  async #makeFact(digest: Uint8Array): Promise<boolean> {
    const value = await this.#variants.get(digest)
    if (value === undefined) return false
    const { facts, store } = this.#components
    await facts.add([prepareStored(readFact(digest, value.subarray(DIGEST_BYTES)))])
    await store.commit([this.#split.put(digest, EMPTY), this.#variants.del(digest)])
    return true
  }

  /** Position in the log of facts up to which all facts have been compared. */
  async position(): Promise<number> {
    const bytes = await this.#cursors.get(CURSOR_KEY)
    return bytes === undefined
      ? 0
      : readAll(bytes, (decoder) => readUint(decoder, Number.MAX_SAFE_INTEGER))
  }

  #setPosition(position: number): Promise<void> {
    const bytes = encoding.encode((encoder) => encoding.writeVarUint(encoder, position))
    return this.#components.store.commit([this.#cursors.put(CURSOR_KEY, bytes)])
  }

  /** All merged variants, in their own words. */
  async *variants(): AsyncGenerator<StoredFact> {
    for await (const [digest, value] of this.#variants.entries()) {
      yield readFact(digest, value.subarray(DIGEST_BYTES))
    }
  }

  /** The facts that variants repeat, with who learned the variants. */
  async *merged(): AsyncGenerator<{
    readonly canonical: Uint8Array
    readonly variant: Uint8Array
    readonly agent: string
  }> {
    for await (const [digest, value] of this.#variants.entries()) {
      const { agent } = readFact(digest, value.subarray(DIGEST_BYTES))
      yield { canonical: value.slice(0, DIGEST_BYTES), variant: digest.slice(), agent }
    }
  }

  /** Variants that were merged into a fact. */
  async variantsOf(canonical: Uint8Array): Promise<StoredFact[]> {
    const variants: StoredFact[] = []
    for await (const [digest, value] of this.#variants.entries()) {
      if (!equalBytes(value.subarray(0, DIGEST_BYTES), canonical)) continue
      variants.push(readFact(digest, value.subarray(DIGEST_BYTES)))
    }
    return variants
  }

  /** Operations that delete variants; digests of others change nothing. */
  forget(digests: readonly Uint8Array[]): Operation[] {
    return digests.map((digest) => this.#variants.del(digest))
  }
}

/** Whether two records are variants: equal attribute and value, and variants in the rest. */
export function areVariantRecords(a: HiveRecord, b: HiveRecord): boolean {
  return recordVariantKey(a) === recordVariantKey(b)
}

function recordOf({ record }: StoredFact): HiveRecord {
  return readAll(record, readRecord)
}
