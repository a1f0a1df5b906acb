/** `cortex.janitor`: maintenance that a node does on request. */
import type { StoredFilter } from '../../crdt/index.ts'
import type { Consolidated, ConsolidateOptions, NearDuplicates } from '../knowledge/index.ts'

export interface RebuildReport {
  /** Elements of all filters of this node, and their size in bytes. */
  readonly elements: number
  readonly bytes: number
  /** Probability that the filter of facts takes an unknown fact for a known one. */
  readonly falsePositiveRate: number
  readonly seconds: number
}

export interface JanitorComponents {
  /** The filter of facts, and what peers are told of. */
  readonly known: StoredFilter
  readonly shared: readonly StoredFilter[]
  readonly nearDuplicates: Pick<NearDuplicates, 'consolidate'>
}

export class Janitor {
  readonly #components: JanitorComponents

  constructor(components: JanitorComponents) {
    this.#components = components
  }

  /**
   * Merges near-duplicates among the facts that were taken in with `enableBloomHeuristic` since the
   * last time: a search each, a few milliseconds. Aborting keeps what was merged.
   */
  consolidate(options: ConsolidateOptions = {}): Promise<Consolidated> {
    return this.#components.nearDuplicates.consolidate(options)
  }

  /**
   * Makes this node's Bloom filters anew from what it holds: forgotten facts leave them only so.
   * Facts can be distilled meanwhile; peers take the new filters at their next round.
   */
  async rebuildBloomFilter(): Promise<RebuildReport> {
    const { known, shared } = this.#components
    const started = performance.now()
    for (const filter of [known, ...shared]) await filter.rebuild()
    return {
      elements: [known, ...shared].reduce((sum, { version }) => sum + version, 0),
      bytes: [known, ...shared].reduce((sum, { bytes }) => sum + bytes, 0),
      falsePositiveRate: known.rate(),
      seconds: (performance.now() - started) / 1000
    }
  }
}
