/** `cortex.metrics`: what the node measured of its own work. */
import type { FactStore } from '../facts/index.ts'

/** What the Bloom filter of facts saved since the node started. */
export interface HeuristicPerformance {
  /** Share of the facts checked that were there, as the filter had said: 0 to 1. */
  readonly bloomHitRate: number
  /** Facts that the filter seemed to know and that a lookup did not find; each was stored as new. */
  readonly falsePositives: number
  /** Facts that needed no lookup on disk: unknown to the filter, or seen lately. */
  readonly lookupsAvoided: number
  /** What those lookups would have cost, at the mean time of the lookups that were made. */
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

  /** What the Bloom filter of facts has spared since the node started. */
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
