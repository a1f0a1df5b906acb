/**
 * Full-text search over the facts of a node and the records of the hive.
 *
 * @example
 * ```ts
 * const { items } = await db.agent.cortex.knowledge.recall('gap in flex containers', { limit: 1 })
 * console.log(items[0]?.fact.content)
 * ```
 */
export { fuse } from './rank-fusion.ts'
export { BEGINNING, FOREVER, slotOf } from './claim-slot.ts'
export { isExcluded } from './item-marks.ts'
export { encodeRecordRow } from './record-row.ts'
export { MAX_SEARCH_WAIT, SearchIndex } from './search-index.ts'
export { readQuestion } from './error-text.ts'
export { relevancesOf } from './relevance.ts'
export { SignedNames } from './signed-names.ts'
export { STRONG_RELEVANCE } from './relevance-weights.ts'
export { embeddedTextOf, searchedContent } from './search-text.ts'
export { VectorIndex } from './vector-index.ts'
export type { StaleState } from './item-marks.ts'
export type { EmbedOptions, Embedder } from './embedder.ts'
export type { GoalRank, OfferRank, RowKind, RowState } from './record-row.ts'
export type { IndexView, Listed } from './index-view.ts'
export type { FinishOptions, WaitOptions } from './search-index.ts'
export type { SearchSource } from './search-source.ts'
export type {
  RecordCount,
  ClaimHit,
  GoalNode,
  HeldMatches,
  SearchAnswer,
  SearchHit,
  SearchOrigin,
  SearchQuery
} from './search-query.ts'
