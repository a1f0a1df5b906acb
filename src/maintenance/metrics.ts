/** `cortex.metrics`: measurements of the node's own work. */
import type { FactStore } from '../facts/index.ts'
import type { SandboxStatistics } from '../sandbox/index.ts'
import type { RecordCount, SearchIndex } from '../search/index.ts'
import type { NearDuplicates } from '../knowledge/index.ts'

/** Savings of the Bloom filter of facts since the start. */
export interface HeuristicPerformance {
  /** Share of the checked facts that the filter contained and that were stored: 0 to 1. */
  readonly bloomHitRate: number
  /** Facts that the filter contained and that a lookup did not find; each was stored as new. */
  readonly falsePositives: number
  /** Facts that needed no lookup on disk: not in the filter, or seen lately. */
  readonly lookupsAvoided: number
  /** Time that these lookups would have taken, at the mean time of the lookups made. */
  readonly millisecondsSaved: number
  /** Facts that were compared with the stored ones. */
  readonly checked: number
  /** What decided whether a fact is a repetition. */
  readonly paths: {
    /** Repetitions of what was stored or looked up lately. */
    readonly memory: number
    /** New facts that the filter alone decided. */
    readonly filter: number
    /** Repetitions that a lookup on disk found. */
    readonly disk: number
    /** Variants of other facts, found by their text. */
    readonly text: number
  }
}

export interface MetricsComponents {
  readonly facts: Pick<FactStore, 'filterStatistics'>
  readonly index: Pick<SearchIndex, 'view'>
  readonly sandbox: { readonly statistics: SandboxStatistics }
  /** Own entries that peers may not see yet. */
  hiddenEntries(): number
  readonly nearDuplicates: Pick<NearDuplicates, 'mergedCount'>
}

/**
 * Measurements of this node, since it started.
 *
 * @example
 * ```ts
 * const { lookupsAvoided, millisecondsSaved } = db.agent.cortex.metrics.getHeuristicPerformance()
 * ```
 */
export class Metrics {
  readonly #components: MetricsComponents

  constructor(components: MetricsComponents) {
    this.#components = components
  }

  /** Indexed records of the hive by kind and state. Takes 50 ms a million records. */
  async getRecordCounts(): Promise<readonly RecordCount[]> {
    const view = await this.#components.index.view({ maxWait: 0 })
    return view.counts()
  }

  /** Work of the sandbox since the start, and what it does now. */
  getSandboxStatistics(): SandboxStatistics {
    return this.#components.sandbox.statistics
  }

  /** Own entries that wait on their stem: no peer may see that they are of this node. */
  getHiddenEntries(): number {
    return this.#components.hiddenEntries()
  }

  /** Savings of the Bloom filter of facts since the start. */
  getHeuristicPerformance(): HeuristicPerformance {
    const { facts, nearDuplicates } = this.#components
    const { checks, hits, recent, lookups, falsePositives, lookupMilliseconds } =
      facts.filterStatistics
    const text = nearDuplicates.mergedCount
    const lookupsAvoided = checks - lookups
    const mean = lookups === 0 ? 0 : lookupMilliseconds / lookups
    return {
      bloomHitRate: checks === 0 ? 0 : hits / checks,
      falsePositives,
      lookupsAvoided,
      millisecondsSaved: lookupsAvoided * mean,
      checked: checks,
      paths: {
        memory: recent,
        filter: lookupsAvoided - recent,
        disk: hits - recent,
        text
      }
    }
  }
}
