/**
 * One group of facts on its way into the store: which of them are new, which add something to a stored
 * one, and the operations that write both. Serial by nature: of two equal facts in a group the first is
 * new and the second a duplicate.
 */
import { SEAL_BYTES } from '../../crdt/index.ts'
import { mergeRepeated } from './repeated-fact.ts'
import { recentFactOf, writeFact } from './stored-fact.ts'
import type { ClaimIndex, Operation, Section } from '../../crdt/index.ts'
import type { FilterUse } from './fact-filters.ts'
import type { Added } from './fact-queue.ts'
import type { FactTotals } from './fact-totals.ts'
import type { FactsInFlight } from './facts-in-flight.ts'
import type { PreparedFact } from './prepared-fact.ts'
import type { RecentFacts } from './recent-facts.ts'
import type { FactWrite } from './stored-fact.ts'

const NEW: Added = { status: 'new', lookedUp: false }
const NEW_AFTER_LOOKUP: Added = { status: 'new', lookedUp: true }
const DUPLICATE: Added = { status: 'duplicate', lookedUp: true }

export interface FactGroupComponents {
  readonly section: Pick<Section, 'putSealable'>
  readonly claims: Pick<ClaimIndex, 'put'>
  readonly inFlight: Pick<FactsInFlight, 'bytesOf' | 'has' | 'put'>
  readonly recent: Pick<RecentFacts, 'put'>
  readonly totals: Pick<FactTotals, 'add'>
  readonly use: FilterUse
}

/** What the filter and the lookup found out about a fact. */
export interface Found {
  /** The filter does not know the fact. */
  readonly isNew: boolean
  /** Stored bytes of facts that the filter seems to know, by name. */
  readonly stored: ReadonlyMap<string, Uint8Array>
}

export class FactGroup {
  readonly #components: FactGroupComponents
  readonly operations: Operation[]
  /** Facts that are written. */
  readonly changed: FactWrite[] = []
  /** Digests of new facts that peers may be told of. */
  readonly shared: Uint8Array[] = []

  constructor(components: FactGroupComponents, operations: Operation[]) {
    this.#components = components
    this.operations = operations
  }

  add(fact: PreparedFact, { isNew, stored }: Found): Added {
    const { inFlight, use } = this.#components
    const { name } = fact
    const held = isNew ? undefined : (inFlight.bytesOf(name) ?? stored.get(name))
    if (held === undefined) {
      this.#addNew(fact)
      if (isNew) return NEW
      use.falsePositives += 1
      return NEW_AFTER_LOOKUP
    }
    use.hits += 1
    this.#addRepeated(fact, held)
    return DUPLICATE
  }

  #addNew(fact: PreparedFact): void {
    const { claims, totals } = this.#components
    this.#put(fact)
    if (fact.attribute !== undefined) this.operations.push(...claims.put(fact, fact.digest))
    totals.add(1, fact.bytes.length)
    if (!fact.isPrivate) this.shared.push(fact.digest)
  }

  #addRepeated(fact: PreparedFact, held: Uint8Array): void {
    const { inFlight, recent, totals } = this.#components
    const { digest, name } = fact
    const merged = mergeRepeated(digest, held, fact)
    if (merged !== undefined) {
      const bytes = writeFact(merged)
      totals.add(0, bytes.length - SEAL_BYTES - held.length)
      this.#put({ digest, name, bytes, confidence: merged.confidence, isPrivate: merged.private })
    } else if (!inFlight.has(name)) recent.put({ name, ...recentFactOf(held) })
  }

  #put(write: FactWrite): void {
    this.changed.push(write)
    this.#components.inFlight.put(write)
    this.operations.push(this.#components.section.putSealable(write.digest, write.bytes))
  }
}
