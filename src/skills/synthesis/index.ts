/**
 * Repairs of skills that fail.
 *
 * @example
 * ```ts
 * for (const { samples } of clusterFailures(failures)) {
 *   const repaired = await repair(skill, samples, { sandbox, checkOutput })
 * }
 * ```
 */
export { clusterFailures } from './failure-clusters.ts'
export { mutationsOf } from './mutations.ts'
export { repair } from './repair.ts'
export type { Failure, FailureCluster } from './failure-clusters.ts'
export type { Mutation } from './mutations.ts'
export type { DeclaredTest, Repairable, Repaired, RepairInit } from './repair.ts'
