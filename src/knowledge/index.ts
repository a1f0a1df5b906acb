/**
 * Knowledge of a node: facts, stored once each and durable.
 *
 * @example
 * ```ts
 * const { id, status } = await db.agent.cortex.knowledge.distill('CSS gap', 'Works in flex.', 0.95)
 * ```
 */
export { FactStore } from './fact-store.ts'
export { factOf } from './fact.ts'
export { Knowledge } from './knowledge.ts'
export type { DistillOptions, Fact, FactInput, StoredFact } from './fact.ts'
export type { FactStatus } from './fact-store.ts'
export type {
  Distilled,
  DistillManyOptions,
  DistillProgress,
  DistillReport,
  Forgotten
} from './knowledge.ts'
