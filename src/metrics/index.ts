/**
 * Measurements of a node's own work.
 *
 * @example
 * ```ts
 * const { lookupsAvoided, falsePositives } = db.agent.cortex.metrics.getHeuristicPerformance()
 * ```
 */
export { Metrics } from '../maintenance/metrics.ts'
export type { HeuristicPerformance } from '../maintenance/metrics.ts'
