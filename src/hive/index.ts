/**
 * Promotion of local knowledge to the swarm, and the insights that come back.
 *
 * @example
 * ```ts
 * await db.agent.cortex.hive.broadcastKnowledge()
 * const insights = await db.agent.cortex.hive.getGlobalInsights({ limit: 10 })
 * ```
 */
export { HiveMind } from './hive-mind.ts'
export type { FetchedRecord } from './hive-mind.ts'
export { Goals, Playbook } from './goals/index.ts'
export type {
  AddedGoal,
  Goal,
  GoalFilter,
  GoalInit,
  GoalStatus,
  GoalTemplate,
  MarkedRange,
  PlaybookEvents,
  StepInit
} from './goals/index.ts'
export { Promotion } from './promotion.ts'
export type { BroadcastOptions, BroadcastProgress, BroadcastReport } from './promotion.ts'
export type { Insight, InsightOptions, InsightState } from './insights.ts'
