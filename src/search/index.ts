/**
 * Full-text search over the facts of a node and the records of the hive.
 *
 * @example
 * ```ts
 * const [best] = await db.agent.cortex.knowledge.recall('gap in flex containers', { limit: 1 })
 * ```
 */
export { fuse } from './rank-fusion.ts'
export { SearchIndex } from './search-index.ts'
export { embeddedTextOf } from './search-text.ts'
export { VectorIndex } from './vector-index.ts'
export type { EmbedOptions, Embedder } from './embedder.ts'
export type { SearchHit, SearchOrigin, SearchQuery } from './search-query.ts'
