/** `cortex.janitor`: maintenance that a node does on request. */
import type { AbortOptions } from '@libp2p/interface'
import type { Entry, Replica, StoredFilter } from '../../crdt/index.ts'
import type { ConsolidateReport, ConsolidateOptions, NearDuplicates } from '../knowledge/index.ts'

/** The Bloom filters of this node after a rebuild. */
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
  readonly factFilter: StoredFilter
  readonly peerFilters: readonly StoredFilter[]
  readonly nearDuplicates: Pick<NearDuplicates, 'consolidate'>
  readonly replica: Pick<Replica, 'compact' | 'whenCompacted'>
  readonly announce: (entries: readonly Entry[]) => Promise<void>
}

/** What `compact` wrote. */
export interface CompactReport {
  /** Entries in which this node said anew what counts; 0 when it has published nothing since its start. */
  readonly entries: number
}

/**
 * Maintenance that a node does on request. With the option `upkeep` a node consolidates and compacts
 * by itself when it is idle.
 *
 * @example
 * ```ts
 * const { janitor } = db.agent.cortex
 * const { merged } = await janitor.consolidate()
 * const { entries } = await janitor.compact()
 * const { falsePositiveRate } = await janitor.rebuildBloomFilter()
 * ```
 */
export class Janitor {
  readonly #components: JanitorComponents

  constructor(components: JanitorComponents) {
    this.#components = components
  }

  /**
   * Merges near-duplicates among the facts that were taken in with `enableBloomHeuristic` since the
   * last time: a search each, a few milliseconds. Aborting keeps what was merged.
   */
  consolidate(options: ConsolidateOptions = {}): Promise<ConsolidateReport> {
    return this.#components.nearDuplicates.consolidate(options)
  }

  /**
   * Says anew what still counts of what this node has published since its start, so that every node
   * can remove the rest. A node does this by itself when half of it no longer counts. Aborting
   * leaves all as it was, and what was said anew twice.
   */
  async compact({ signal }: AbortOptions = {}): Promise<CompactReport> {
    const { replica, announce } = this.#components
    const entries = await replica.compact(signal)
    const last = entries.at(-1)
    if (last !== undefined) await announce([last])
    await replica.whenCompacted()
    return { entries: entries.length }
  }

  /**
   * Makes this node's Bloom filters anew from what it holds: forgotten facts leave them only so.
   * Facts can be distilled meanwhile; peers take the new filters at their next round.
   */
  async rebuildBloomFilter(): Promise<RebuildReport> {
    const { factFilter, peerFilters } = this.#components
    const started = performance.now()
    for (const filter of [factFilter, ...peerFilters]) await filter.rebuild()
    return {
      elements: [factFilter, ...peerFilters].reduce((sum, { version }) => sum + version, 0),
      bytes: [factFilter, ...peerFilters].reduce((sum, { bytes }) => sum + bytes, 0),
      falsePositiveRate: factFilter.falsePositiveRate(),
      seconds: (performance.now() - started) / 1000
    }
  }
}
