/**
 * Promotion: the only way a fact leaves its node. Each candidate is anonymised; what results is
 * published as a record, or as a vote where this replica holds that record already.
 */
import {
  canonicalRecord,
  digestOf,
  LimitError,
  readAll,
  readRecord,
  toHex
} from '../../crdt/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Entry, Publication, Published, Replica } from '../../crdt/index.ts'
import type { Clock } from '../../transport/index.ts'
import type { Anonymizer } from '../anonymity/index.ts'
import type { FactStore, StoredFact } from '../knowledge/index.ts'

export interface BroadcastOptions extends AbortOptions {
  /** Facts below it stay local; 0 to 1, default 0.9. */
  readonly minConfidence?: number
  /** Called after each batch with the totals so far. */
  readonly onProgress?: (progress: BroadcastProgress) => void
}

export interface BroadcastProgress {
  /** Facts that became new records of the hive. */
  readonly promoted: number
  /** Facts that the hive had already: this node's vote was added. */
  readonly corroborated: number
}

export interface BroadcastReport extends BroadcastProgress {
  /** Facts that were not published since they may tell too much; they stay local. */
  readonly withheld: readonly { readonly id: string; readonly reason: string }[]
}

export interface PromotionComponents {
  readonly facts: FactStore
  readonly replica: Pick<Replica, 'publish' | 'rotateAuthor'>
  readonly anonymizer: Anonymizer
  readonly clock: Clock
  /** Tells peers of new entries. */
  readonly announce: (entries: readonly Entry[]) => Promise<void>
}

/** Candidates read, anonymised and published together. */
const BATCH_FACTS = 1_000

const DAY = 24 * 60 * 60 * 1000

/** A node's entries of different epochs cannot be linked by their author key. */
const EPOCH = 7 * DAY

interface Prepared {
  readonly fact: StoredFact
  readonly digest: Uint8Array
  readonly publication: Publication
}

export class Promotion {
  readonly #components: PromotionComponents
  readonly #began: number
  #epoch = 0

  constructor(components: PromotionComponents) {
    this.#components = components
    this.#began = components.clock.now()
  }

  async broadcast({
    minConfidence = 0.9,
    signal,
    onProgress
  }: BroadcastOptions = {}): Promise<BroadcastReport> {
    this.#rotateWhenDue()
    const totals = { promoted: 0, corroborated: 0 }
    const withheld: { id: string; reason: string }[] = []
    for await (const batch of this.#components.facts.candidates(BATCH_FACTS)) {
      signal?.throwIfAborted()
      const prepared: Prepared[] = []
      for (const fact of batch) {
        if (fact.confidence < minConfidence) continue
        const result = this.#prepare(fact)
        if (typeof result === 'string') withheld.push({ id: toHex(fact.digest), reason: result })
        else prepared.push(result)
      }
      const { records, votes } = await this.#publish(prepared)
      totals.promoted += records.length
      totals.corroborated += votes.length
      onProgress?.({ ...totals })
    }
    return { ...totals, withheld }
  }

  async #publish(prepared: readonly Prepared[]): Promise<Published> {
    const { replica, facts, announce } = this.#components
    const published = await replica.publish(prepared.map(({ publication }) => publication))
    // After a crash in between, the next broadcast finds these as already published.
    await facts.markPromoted(prepared.map(({ fact, digest }) => [fact.digest, digest] as const))
    await announce(published.entries)
    return published
  }

  /** The publication of a fact, or the reason why it is withheld. */
  #prepare(fact: StoredFact): Prepared | string {
    const { kind, ...said } = readAll(fact.record, readRecord)
    const result = this.#components.anonymizer.anonymize(said)
    if (result.verdict === 'withheld') return result.reason
    const tags = fact.tags.filter((tag) => this.#isClean(tag))
    const record = canonicalRecord({ kind, ...result.record })
    const publication: Publication = {
      record,
      confidence: fact.confidence,
      day: Math.floor(this.#components.clock.now() / DAY),
      tags,
      validFrom: fact.validFrom?.getTime()
    }
    try {
      return { fact, publication, digest: digestOf(record) }
    } catch (error) {
      // Placeholders may be longer than what they stand for.
      if (error instanceof LimitError) return error.message
      throw error
    }
  }

  /** A tag that says something of this machine is left out. */
  #isClean(tag: string): boolean {
    const result = this.#components.anonymizer.anonymize({ entity: '', content: tag })
    return result.verdict === 'clear' && result.findings.length === 0
  }

  #rotateWhenDue(): void {
    const epoch = Math.floor((this.#components.clock.now() - this.#began) / EPOCH)
    if (epoch !== this.#epoch) this.#components.replica.rotateAuthor()
    this.#epoch = epoch
  }
}
