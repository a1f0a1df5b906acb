/**
 * Knowledge of a node: facts, stored once each and durable.
 *
 * @example
 * ```ts
 * const { id, status } = await db.agent.cortex.knowledge.distill('CSS gap', 'Works in flex.', 0.95)
 * ```
 */
export { Candidates } from './candidates.ts'
export { Corroboration } from './corroboration.ts'
export { Echoes } from './echoes.ts'
export { History } from './history.ts'
export { Knowledge } from './knowledge.ts'
export { NearDuplicates, saysTheSame } from './near-duplicates.ts'
export { Recall } from './recall.ts'
export { searchSources } from './search-sources.ts'
export { areVariants, wordsOf } from './variants.ts'
export type { CandidateBatch } from './candidates.ts'
export type { Claim, ClaimState } from './history.ts'
export type { Forgotten } from './knowledge.ts'
export type { DistillManyOptions, DistillProgress, DistillReport } from './distill-many.ts'
export type { Distilled } from './distill.ts'
export type { ConsolidateOptions, Consolidated } from './near-duplicates.ts'
export type { RecallOptions, Recalled, RecalledFact } from './recall.ts'
