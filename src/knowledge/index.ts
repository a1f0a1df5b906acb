/**
 * Knowledge of a node: each fact is stored once and durably.
 *
 * @example
 * ```ts
 * const { id, status } = await db.agent.cortex.knowledge.distill('CSS gap', 'Works in flex.', 0.95)
 * ```
 */
export { Candidates } from './candidates.ts'
export { Corroboration } from './corroboration.ts'
export { Echoes } from './echoes.ts'
export { ClaimHistory } from './claim-history.ts'
export { Knowledge } from './knowledge.ts'
export { NearDuplicates } from './near-duplicates.ts'
export { recordVariantKey } from './record-variant.ts'
export type { ListedPublication, Publication, PublicationWindow } from './publications.ts'
export { Publications } from './publications.ts'
export { RecallSearch } from './recall-search.ts'
export { searchSources } from './search-sources.ts'
export { Turns } from './turns.ts'
export { variantKey } from './variants.ts'
export type { RankGoal, RankSkill } from './search-sources.ts'
export type { CandidateBatch, PromotedClaim, PromotedFact } from './candidates.ts'
export type { Claim, ClaimState, HistoryOptions } from './claim-history.ts'
export type { Forgotten } from './forget.ts'
export type { FactPage, FactPageOptions, ListedFact } from './knowledge-options.ts'
export type { DistillManyOptions, DistillProgress, DistillReport } from './distill-many.ts'
export type { Distilled } from './distill-one.ts'
export type { ConsolidateOptions, ConsolidateReport } from './near-duplicates.ts'
export type {
  ConsideredResult,
  RecallOptions,
  RecallResult,
  Recalled,
  Withheld
} from './recall-search.ts'
export type { RecalledFact } from './recalled-fact.ts'
export type { Learned, LessonInput } from './learn.ts'
