/** `cortex.janitor`: maintenance that a node does on request. */
import type { AbortOptions } from '@libp2p/interface'
import type { Entry, Replica, StoredFilter } from '../../crdt/index.ts'
import type { FinishOptions, SearchIndex } from '../search/index.ts'
import type { Integrity, IntegrityReport, RepairReport, VerifyOptions } from './integrity.ts'
import type { ConsolidateReport, ConsolidateOptions, NearDuplicates } from '../knowledge/index.ts'

/** The Bloom filters of this node after a rebuild. */
export interface RebuildReport {
  /** Elements of all filters of this node, and their size in bytes. */
  readonly elements: number
  readonly bytes: number
  /** Probability that the filter of facts contains an unknown fact. */
  readonly falsePositiveRate: number
  readonly seconds: number
}

export interface JanitorComponents {
  readonly integrity: Pick<Integrity, 'repair' | 'verify'>
  /** The filter of facts, and the filters that peers read. */
  readonly factFilter: StoredFilter
  readonly peerFilters: readonly StoredFilter[]
  readonly nearDuplicates: Pick<NearDuplicates, 'consolidate'>
  readonly replica: Pick<Replica, 'compact' | 'whenCompacted'>
  readonly index: Pick<SearchIndex, 'finish'>
  readonly announce: (entries: readonly Entry[]) => Promise<void>
}

/** The result of `compact`. */
export interface CompactReport {
  /** Entries that restate the live values; 0 if this node has published nothing since its start. */
  readonly entries: number
}

/**
 * Maintenance on request. With the option `upkeep` an idle node consolidates and compacts by
 * itself.
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
   * Reads everything that is stored, mends what follows from the rest, and reports what is lost or
   * damaged. What peers have comes again with the next sync; a lost fact that comes again counts as
   * private, since it may have been. New facts wait while the stored ones are counted: about as long
   * as reading them takes.
   */
  verify(options: VerifyOptions = {}): Promise<IntegrityReport> {
    return this.#components.integrity.verify(options)
  }

  /**
   * Removes damaged values, which read as absent before too, and then does what `verify` does. The
   * option `repair` of `createHive` rebuilds the tables first.
   */
  repair(options: VerifyOptions = {}): Promise<RepairReport> {
    return this.#components.integrity.repair(options)
  }

  /**
   * Indexes what was stored last for at most `maxWait` milliseconds, and returns how many items are
   * left. A running node does it by itself; a program that opens a directory for one question does it
   * first. With 0 it only counts them.
   */
  finishIndex(options: FinishOptions): Promise<number> {
    return this.#components.index.finish(options)
  }

  /**
   * Merges near-duplicates among the facts that were added with `enableBloomHeuristic` since the
   * last call. Each fact costs one search of a few milliseconds. Aborting keeps the merges so far.
   */
  consolidate(options: ConsolidateOptions = {}): Promise<ConsolidateReport> {
    return this.#components.nearDuplicates.consolidate(options)
  }

  /**
   * Restates the live values that this node has published since its start, so that every node can
   * remove the rest. A node compacts by itself when half of its feed is no longer live. Aborting
   * loses nothing, but restated values are then stored twice.
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
   * Rebuilds this node's Bloom filters from its facts and records, which removes forgotten facts
   * from them. Facts can be added during the rebuild. Peers read the new filters in their next
   * round.
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
