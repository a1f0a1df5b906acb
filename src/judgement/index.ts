/**
 * Judgement: whether a record of the hive may influence an agent, and with which confidence.
 *
 * @example
 * ```ts
 * const [insight] = await db.agent.cortex.hive.getGlobalInsights({ state: 'released' })
 * console.log(insight?.confidence, insight?.corroboration)
 * ```
 */
export { dayOf } from './day.ts'
export { compareInsights, displayRecord, insightOf, matchesFilter } from './insight.ts'
export { Judge } from './judge.ts'
export { recordIds } from './record-ids.ts'
export { Votes } from './votes.ts'
export type { DisplayRecord, Insight, InsightOptions } from './insight.ts'
export type { DisplayText, DisplayTexts, InstructionKind } from '../foreign-text/index.ts'
export type { InsightState, Judgement, KnownVote } from './judge.ts'
export type { VoteState } from './votes.ts'
