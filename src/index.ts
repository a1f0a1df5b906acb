/**
 * A peer-to-peer hive for AI agents: embed a node, distil what the agent learns, share what works.
 *
 * @example
 * ```ts
 * import { createHive } from 'noormme-hive'
 *
 * await using db = await createHive({ dataDir: './hive' })
 * const { knowledge, hive } = db.agent.cortex
 * await knowledge.distill('CSS gap', 'Flex containers support gap in every current browser.', 0.95)
 * await hive.broadcastKnowledge()
 * console.log(await hive.getGlobalInsights())
 * ```
 */
export { LimitError, StoreError } from '../crdt/index.ts'
export { generateSwarmKey, SwarmError } from '../transport/index.ts'
export { createHive } from './runtime/create-hive.ts'
export { HiveError } from './errors.ts'
export { SandboxError } from './sandbox/index.ts'
export { ModelError, ProviderFailure, scriptedProvider } from './models/index.ts'
export type { LimitErrorCode, Mark, Span, Step, StoreErrorCode } from '../crdt/index.ts'
export type {
  HeldStatus,
  PeerStatus,
  SwarmErrorCode,
  SynchronizeReport
} from '../transport/index.ts'
export type { Agent, Agents } from './runtime/agents.ts'
export type {
  AddedSkill,
  Capabilities,
  Capability,
  CapabilityDetails,
  CapabilityRun,
  DiscoveryReport,
  Json,
  Lie,
  PreWarmedSkill,
  RemovedSkill,
  Skill,
  SkillEvents,
  SkillFailure,
  SkillInit,
  SkillStatus,
  Synthesized,
  TestReport,
  Transition
} from './skills/index.ts'
export type { PublishedSkill, SharedSkills, SkillOffer } from './sharing/index.ts'
export type { Context, ContextOptions } from './context/index.ts'
export type { Cortex } from './runtime/cortex.ts'
export type { HiveEvents } from './runtime/hive-events.ts'
export type { Hive, HiveStatus } from './runtime/hive-node.ts'
export type { HiveErrorCode } from './errors.ts'
export type { HeuristicPerformance, Metrics } from './metrics/index.ts'
export type { CompactReport, Janitor, RebuildReport } from './maintenance/index.ts'
export type {
  CallPreview,
  CallReport,
  EmbedResult,
  ExportedScorer,
  FailureKind,
  GenerateRequest,
  Generation,
  Histogram,
  ListedModel,
  Message,
  ModelErrorCode,
  ModelEvents,
  Models,
  ModelsInit,
  ModelUsage,
  Provider,
  ProviderReply,
  ProviderRequest,
  Script,
  StreamPart,
  Tier,
  TokenUsage,
  Tool,
  ToolCall,
  Verdict,
  Verifier
} from './models/index.ts'
export type {
  AddedGoal,
  BroadcastOptions,
  BroadcastReport,
  FetchedRecord,
  Goal,
  GoalFilter,
  GoalInit,
  Goals,
  GoalStatus,
  GoalTemplate,
  HiveMind,
  Insight,
  InsightOptions,
  Preview,
  Promoted,
  PromoteOptions,
  Subscription,
  SubscriptionFilter,
  VoteOptions,
  MarkedRange,
  Playbook,
  PlaybookEvents,
  StepInit
} from './sharing/index.ts'
export type { InsightState, InstructionKind } from './judgement/index.ts'
export type {
  Claim,
  ClaimState,
  Recalled,
  RecalledFact,
  RecallOptions,
  Distilled,
  DistillManyOptions,
  DistillOptions,
  DistillProgress,
  DistillReport,
  Fact,
  FactInput,
  FactContext,
  Forgotten,
  Knowledge
} from './knowledge/index.ts'
export type { HiveInit } from './runtime/options.ts'
export type { Embedder } from './search/index.ts'
