/**
 * Promotion of local knowledge to the swarm, and the insights that come back.
 *
 * @example
 * ```ts
 * await db.agent.cortex.hive.broadcastKnowledge()
 * const insights = await db.agent.cortex.hive.getGlobalInsights({ limit: 10 })
 * ```
 */
export { Drafts } from './drafts.ts'
export { HiveMind } from './hive-mind.ts'
export { Subscriptions } from './subscriptions.ts'
export { Votes } from '../judgement/votes.ts'
export type { FetchedRecord, VoteOptions } from './hive-mind.ts'
export { Goals, Playbook } from '../goals/index.ts'
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
} from '../goals/index.ts'
export { Promotion } from './promotion.ts'
export type {
  BroadcastOptions,
  BroadcastProgress,
  BroadcastReport,
  Promoted,
  PromoteOptions
} from './promotion.ts'
export type { Insight, InsightOptions } from '../judgement/insights.ts'
export type { Preview } from './preview.ts'
export type { Subscription, SubscriptionFilter } from './subscriptions.ts'
export { SharedSkills } from '../skills/exchange/index.ts'
export type { Consent, OfferOptions, PublishedSkill, SkillOffer } from '../skills/exchange/index.ts'
