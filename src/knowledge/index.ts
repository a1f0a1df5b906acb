/**
 * Knowledge of a node: facts, stored once each and durable.
 *
 * @example
 * ```ts
 * const { id, status } = await db.agent.cortex.knowledge.distill('CSS gap', 'Works in flex.', 0.95)
 * ```
 */
export { Echoes } from './echoes.ts'
export { History } from './history.ts'
export { NearDuplicates, saysTheSame } from './near-duplicates.ts'
export { areVariants, wordsOf } from './variants.ts'
export type { Consolidated, ConsolidateOptions } from './near-duplicates.ts'
export type { FactContext } from '../facts/fact-context.ts'
export { embeddedTextOf } from '../search/search-text.ts'
export { Quota } from '../facts/quota.ts'
export { Recall, searchSources } from './recall.ts'
export { Candidates } from './candidates.ts'
export { Corroboration } from './corroboration.ts'
export { FactStore } from '../facts/fact-store.ts'
export { factOf } from '../facts/stored-fact.ts'
export { digestOfId, Knowledge } from './knowledge.ts'
export type { Claim, ClaimState } from './history.ts'
export type { Recalled, RecalledFact, RecallOptions } from './recall.ts'
export type { CandidateBatch } from './candidates.ts'
export type { DistillOptions, Fact, FactInput } from '../facts/fact.ts'
export type { StoredFact } from '../facts/stored-fact.ts'
export type { FilterUse } from '../facts/fact-store.ts'
export type {
  Distilled,
  DistillManyOptions,
  DistillProgress,
  DistillReport,
  Forgotten
} from './knowledge.ts'
