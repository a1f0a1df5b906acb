/**
 * Maintenance of a node.
 *
 * @example
 * ```ts
 * await db.agent.cortex.janitor.rebuildBloomFilter()
 * ```
 */
export { HeldVotesRelease } from './held-votes.ts'
export { Integrity } from './integrity.ts'
export { Janitor } from './janitor.ts'
export { Metrics } from './metrics.ts'
export { Upkeep } from './upkeep.ts'
export type { IntegrityReport, RepairReport, VerifyOptions, VerifyProgress } from './integrity.ts'
export type { CompactReport, RebuildReport } from './janitor.ts'
export type { HeuristicPerformance } from './metrics.ts'
