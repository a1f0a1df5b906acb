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
export { FactStore } from './fact-store.ts'
export { factOf } from './fact.ts'
export { digestOfId, Knowledge } from './knowledge.ts'
export type { CandidateBatch } from './candidates.ts'
export type { DistillOptions, Fact, FactInput, StoredFact } from './fact.ts'
export type { FilterUse } from './fact-store.ts'
export type {
  Distilled,
  DistillManyOptions,
  DistillProgress,
  DistillReport,
  Forgotten
} from './knowledge.ts'
