/** `cortex.metrics`: measurements of the node's own work. */
import type { FactStore } from '../facts/index.ts'

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
}

export interface MetricsComponents {
  readonly facts: Pick<FactStore, 'filterStatistics'>
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

  /** Savings of the Bloom filter of facts since the start. */
  getHeuristicPerformance(): HeuristicPerformance {
    const { checks, hits, lookups, falsePositives, lookupMilliseconds } =
      this.#components.facts.filterStatistics
    const lookupsAvoided = checks - lookups
    const mean = lookups === 0 ? 0 : lookupMilliseconds / lookups
    return {
      bloomHitRate: checks === 0 ? 0 : hits / checks,
      falsePositives,
      lookupsAvoided,
      millisecondsSaved: lookupsAvoided * mean
    }
  }
}
