/** What is on disk of facts that are about to be added: their stored bytes, and marks of privacy. */
import { recentFactOf } from '../fact-format/index.ts'
import type { Section, Store } from '../../crdt/index.ts'
import type { FilterStatistics } from './fact-filters.ts'
import type { FactMarks } from './fact-marks.ts'
import type { FactsInFlight } from './facts-in-flight.ts'
import type { MergedVariants } from './merged-variants.ts'
import type { PreparedFact } from './prepared-fact.ts'

export interface FactLookupComponents {
  readonly store: Pick<Store, 'isSuspect'>
  readonly facts: Pick<Section, 'getMany'>
  readonly marks: Pick<FactMarks, 'arePrivate'>
  readonly variants: Pick<MergedVariants, 'getMany'>
  readonly inFlight: Pick<FactsInFlight, 'bytesOf'>
  readonly statistics: FilterStatistics
}

export class FactLookup {
  readonly #components: FactLookupComponents

  constructor(components: FactLookupComponents) {
    this.#components = components
  }

  /** Stored bytes of the facts that the filter may contain, by name, up to the last commit. */
  async stored(facts: readonly PreparedFact[]): Promise<Map<string, Uint8Array>> {
    const stored = new Map<string, Uint8Array>()
    if (facts.length === 0) return stored
    const { facts: section, statistics } = this.#components
    const started = performance.now()
    const found = await section.getMany(facts.map(({ digest }) => digest))
    statistics.lookupMilliseconds += performance.now() - started
    statistics.lookups += facts.length
    for (const [i, { digestKey }] of facts.entries()) {
      const bytes = found[i]
      if (bytes !== undefined) stored.set(digestKey, bytes)
    }
    return stored
  }

  /** Names of facts that are not stored, and were private or may have been. */
  async private(facts: readonly PreparedFact[]): Promise<Set<string>> {
    const { marks, store } = this.#components
    const digests = facts.map(({ digest }) => digest)
    const isMarked = await marks.arePrivate(digests)
    const isBeside = await this.#areBesidePrivate(digests)
    // Something is lost, and not yet known what.
    const { isSuspect } = store
    const found = facts.filter((_, i) => isSuspect || isMarked[i] === true || isBeside[i] === true)
    return new Set(found.map(({ digestKey }) => digestKey))
  }

  /** Which are variants of facts that are private, perhaps only since they were merged. */
  async #areBesidePrivate(digests: readonly Uint8Array[]): Promise<boolean[]> {
    const { variants, facts, inFlight } = this.#components
    const merged = digests.length === 0 ? [] : await variants.getMany(digests)
    const canonicals = merged.flatMap((each) => (each === undefined ? [] : [each.canonical]))
    const stored = canonicals.length === 0 ? [] : await facts.getMany(canonicals)
    let next = 0
    return merged.map((each) => {
      if (each === undefined) return false
      const { canonical } = each
      const name = Buffer.from(canonical).toString('latin1')
      const bytes = inFlight.bytesOf(name) ?? stored[next]
      next += 1
      return each.variant.private || (bytes !== undefined && recentFactOf(bytes).isPrivate)
    })
  }
}
