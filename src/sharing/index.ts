/**
 * Promotion of local knowledge to the swarm, and insights of the swarm.
 *
 * @example
 * ```ts
 * await db.agent.cortex.hive.broadcastKnowledge()
 * const insights = await db.agent.cortex.hive.getGlobalInsights({ limit: 10 })
 * ```
 */
export { composeContext } from './compose-context.ts'
export { Drafts } from './drafts.ts'
export { SharedKnowledge } from './shared-knowledge.ts'
export { Promotion } from './promotion.ts'
export { ReturnedClaims } from './returned-claims.ts'
export { Subscriptions } from './subscriptions.ts'
export type { Context, ContextOptions } from './compose-context.ts'
export type { FetchedRecord, MarkedStale, Voice, Voices, VoteOptions } from './shared-knowledge.ts'
export type { Preview } from './fact-preview.ts'
export type {
  BroadcastOptions,
  BroadcastProgress,
  BroadcastReport,
  PromoteOptions,
  Promoted
} from './promotion.ts'
export type { Subscription, SubscriptionFilter } from './subscriptions.ts'
