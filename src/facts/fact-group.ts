/**
 * One group of facts on its way into the store. It decides which facts are new and which change a
 * stored fact, and makes the operations for both. Of two equal facts in a group the first is new
 * and the second is a duplicate.
 */
import { SEAL_BYTES } from '../../crdt/bytes/index.ts'
import { mergeRepeated } from './repeated-fact.ts'
import { recentFactOf, writeFact } from '../fact-format/index.ts'
import type { Operation, Section } from '../../crdt/index.ts'
import type { FilterStatistics } from './fact-filters.ts'
import type { AddOutcome } from './fact-queue.ts'
import type { FactTotals } from './fact-totals.ts'
import type { FactsInFlight } from './facts-in-flight.ts'
import type { PreparedFact } from './prepared-fact.ts'
import type { RecentFacts } from './recent-facts.ts'
import type { FactWrite } from '../fact-format/index.ts'

const NEW: AddOutcome = { status: 'new', lookedUp: false }
const NEW_AFTER_LOOKUP: AddOutcome = { status: 'new', lookedUp: true }
/** Another begin of a stored claim. */
const BEGUN_AGAIN: AddOutcome = { status: 'new', lookedUp: true }
const DUPLICATE: AddOutcome = { status: 'duplicate', lookedUp: true }

export interface FactGroupComponents {
  readonly section: Pick<Section, 'putSealable'>
  readonly inFlight: Pick<FactsInFlight, 'bytesOf' | 'has' | 'put'>
  readonly recent: Pick<RecentFacts, 'put'>
  readonly totals: Pick<FactTotals, 'add' | 'agents'>
  readonly statistics: FilterStatistics
}

/** The result of the filter and of the lookup for one fact. */
export interface FilterLookup {
  /** The filter does not contain the fact. */
  readonly isNew: boolean
  /** Stored bytes of the facts that the filter may contain, by name. */
  readonly stored: ReadonlyMap<string, Uint8Array>
}

export class FactGroup {
  readonly #components: FactGroupComponents
  readonly operations: Operation[]
  /** Facts to write. */
  readonly changed: FactWrite[] = []
  /** The agent of each new fact. */
  readonly newOf: string[] = []
  /** Whether the group repeats a fact whose commit has not ended. */
  repeatsInFlight = false
  /** Digests of new facts that peers may read. */
  readonly observable: Uint8Array[] = []

  constructor(components: FactGroupComponents, operations: Operation[]) {
    this.#components = components
    this.operations = operations
  }

  add(fact: PreparedFact, { isNew, stored }: FilterLookup): AddOutcome {
    const { inFlight, statistics } = this.#components
    const { digestKey } = fact
    const existing = isNew ? undefined : (inFlight.bytesOf(digestKey) ?? stored.get(digestKey))
    if (existing === undefined) {
      this.#addNew(fact)
      if (isNew) return NEW
      statistics.falsePositives += 1
      return NEW_AFTER_LOOKUP
    }
    statistics.hits += 1
    this.repeatsInFlight ||= inFlight.has(digestKey)
    return this.#addRepeated(fact, existing) ? BEGUN_AGAIN : DUPLICATE
  }

  #addNew(fact: PreparedFact): void {
    const { totals } = this.#components
    this.#put(fact)
    totals.add(1, fact.bytes.length)
    totals.agents.addNew(fact.agent, fact.recordedAt)
    this.newOf.push(fact.agent)
    if (!fact.isPrivate) this.observable.push(fact.digest)
  }

  /** Returns whether the claim begins again. */
  #addRepeated(fact: PreparedFact, existing: Uint8Array): boolean {
    const { inFlight, recent, totals } = this.#components
    const { digest, digestKey } = fact
    const merged = mergeRepeated(digest, existing, fact)
    if (merged !== undefined) {
      const bytes = writeFact(merged.fact)
      totals.add(0, bytes.length - SEAL_BYTES - existing.length)
      this.#put({
        digest,
        digestKey,
        bytes,
        confidence: merged.fact.confidence,
        isPrivate: merged.fact.private,
        isScoped: merged.fact.stale === true || merged.fact.projects !== undefined
      })
    } else if (!inFlight.has(digestKey)) recent.put({ digestKey, ...recentFactOf(existing) })
    return merged?.isAgain === true
  }

  #put(write: FactWrite): void {
    this.changed.push(write)
    this.#components.inFlight.put(write)
    this.operations.push(this.#components.section.putSealable(write.digest, write.bytes))
  }
}
