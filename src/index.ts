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
 *
 * @module noormme-hive
 */
export { CodedError, LimitError, MemberError, StoreError } from '../crdt/index.ts'
export { SwarmError, generateSwarmKey } from '../transport/index.ts'
export { createHive, restoreBackup } from './runtime/index.ts'
export {
  foundClosedSwarm,
  heldStatements,
  memberSelf,
  membershipWarning,
  renewWithRoot,
  revokeWithRoot,
  succeedRoot
} from './members/index.ts'
export { STRONG_RELEVANCE } from './search/index.ts'
export { HiveError } from './errors.ts'
/** @internal */
export { wholeId } from './arguments/index.ts'
/** @internal */
export { issueInWords, issueTexts } from './issues/index.ts'
export { applyMutation, invertMutation } from './personas/index.ts'
export { SKILL_THRESHOLDS } from './skills/index.ts'
export { SandboxError } from './sandbox/index.ts'
export { ModelError, ProviderFailure, scriptedProvider } from './models/index.ts'
export type {
  EnrolAnswer,
  EnrolRefusal,
  EnrolRequest,
  LimitErrorCode,
  Mark,
  MemberErrorCode,
  RenewalAnswer,
  RenewalRefusal,
  StoreErrorCode
} from '../crdt/index.ts'
export type {
  PeerFilterStatus,
  AddressScope,
  LanPeer,
  ListenAddress,
  NatVerdict,
  NetworkReport,
  ObservedAddress,
  PeerStatus,
  ProbedAddress,
  RelayLimits,
  SwarmErrorCode,
  SynchronizeReport
} from '../transport/index.ts'
export type {
  Agent,
  Agents,
  BackupOptions,
  BackupReport,
  Cortex,
  HiveNode,
  HiveEvents,
  HiveInit,
  HiveStatus,
  NetworkCheck
} from './runtime/index.ts'
export type {
  AddedSkill,
  CallOptions,
  Capabilities,
  Capability,
  CapabilityDetails,
  CapabilityRun,
  Consent,
  DiscoveryOptions,
  DiscoveryReport,
  Documentation,
  Evidence,
  FailureOptions,
  FalseReceipt,
  FindOptions,
  FoundCapability,
  Lineage,
  ListOptions,
  OfferOptions,
  OutcomeInit,
  PreWarmedSkill,
  Provenance,
  PublishedSkill,
  Ranking,
  RemovedSkill,
  RunOptions,
  SharedSkills,
  Skill,
  SkillEvents,
  SkillFailure,
  SkillInit,
  SkillOffer,
  SkillRun,
  SkillStatus,
  Synthesized,
  TestReport,
  Transition
} from './skills/index.ts'
export type { HostFunction, Json, SandboxErrorCode, SandboxStatistics } from './sandbox/index.ts'
export type {
  BroadcastOptions,
  BroadcastProgress,
  BroadcastReport,
  Context,
  ContextOptions,
  FetchedRecord,
  MarkedStale,
  Voice,
  Voices,
  Preview,
  PromoteOptions,
  Promoted,
  SharedKnowledge,
  Subscription,
  SubscriptionFilter,
  VoteOptions
} from './sharing/index.ts'
export type {
  Impact,
  ImpactFilter,
  ImpactNote,
  ImpactOutcome,
  ImpactReport,
  ImpactRow,
  ImpactTotals,
  ShownItem
} from './impact/index.ts'
export type { HiveErrorCode } from './errors.ts'
export type {
  CompactReport,
  IntegrityReport,
  RepairReport,
  HeuristicPerformance,
  Janitor,
  Metrics,
  RebuildReport,
  VerifyOptions,
  VerifyProgress
} from './maintenance/index.ts'
export type {
  Evolution,
  EvolutionSettings,
  EvolutionState,
  EvolutionStep,
  Examined,
  MutationPreview,
  MutationProposal,
  MutationSource,
  MutationTrial,
  OutcomeCounts,
  Settlement,
  StableRollback,
  TrialReason,
  TrialStatus
} from './evolution/index.ts'
export type {
  ChainLink,
  Check,
  CheckBudget,
  CheckInit,
  Contradiction,
  ContradictionReason,
  Direction,
  Finding,
  Reasoner,
  Stance
} from './reasoner/index.ts'
export type {
  Case,
  CaseAct,
  CaseChoice,
  CaseCitation,
  CaseDecision,
  CaseEvidence,
  CaseListOptions,
  CaseProposal,
  CaseReason,
  Cases,
  CaseSide,
  CaseState,
  CaseSubject,
  CaseSummary,
  FactEvidence,
  NoProposal,
  ProposalBudget,
  ProposalOutcome,
  ProposeOptions,
  RecordEvidence,
  TrialEvidence
} from './cases/index.ts'
export type {
  AgentStep,
  CheckReport,
  PassBudget,
  PassOptions,
  PassReport,
  Pilot
} from './pilot/index.ts'
export type {
  ActionJournal,
  ActionOutcome,
  JournalFilter,
  JournalRow,
  JournalSummary,
  OutcomeSummary
} from './journal/index.ts'
export type {
  ActionCost,
  AgentPersona,
  Interaction,
  CombinedMutationOf,
  MutationOf,
  Persona,
  PersonaAuthor,
  PersonaChange,
  PersonaChangeOptions,
  PersonaChoice,
  PersonaConflict,
  PersonaFlag,
  PersonaInit,
  PersonaInverse,
  PersonaInversion,
  PersonaModel,
  PersonaMutation,
  PersonaMutationInit,
  PersonaNumber,
  PersonaOrigin,
  PersonaPathChange,
  PersonaPolicy,
  PersonaPolicyInit,
  PersonaPrompt,
  PersonaTrait,
  PersonaVersion,
  Restored,
  Session,
  SessionEnd,
  SessionOptions,
  SessionOutcome,
  SessionState,
  StoredAgent,
  VersionConflict
} from './personas/index.ts'
export type {
  FoundedSwarm,
  FoundSwarmInit,
  InviteOptions,
  InviteView,
  ListOptions as MemberListOptions,
  MadeInvite,
  MemberInit,
  Members,
  MembersInit,
  MemberState,
  MemberView,
  OwnMembership,
  OwnRenewal,
  RootActOptions
} from './members/index.ts'
export type {
  AgentLimits,
  AgentLimitsChange,
  ContainmentPreview,
  ContainmentReport,
  ContainmentWindow,
  Drift,
  DriftOf,
  GovernChange,
  GovernReason,
  Governor,
  LimitsInUse,
  ProbeFinding,
  ProbeName,
  ProbeReport,
  PublishedFact,
  SharedCounts,
  SharedRecord,
  StayReason,
  WithdrawnCounts,
  WithdrawnShared
} from './governance/index.ts'
export type {
  Attempt,
  CallPreview,
  CallReport,
  EmbedResult,
  Embeddings,
  ExportedScorer,
  ScorerState,
  FailureInit,
  FailureKind,
  GenerateRequest,
  Generation,
  Histogram,
  ListedModel,
  Message,
  ModelErrorCode,
  ModelErrorOptions,
  ModelState,
  ModelEvents,
  ModelUsage,
  Models,
  ModelsInit,
  PlannedModel,
  Provider,
  ProviderOptions,
  ProviderReply,
  ProviderRequest,
  ProviderStreamPart,
  RateState,
  RequestInput,
  Schema,
  Script,
  StopReason,
  StreamPart,
  Tier,
  TokenUsage,
  Tool,
  ToolCall,
  Verdict,
  Verifier
} from './models/index.ts'
export type {
  BackedGoal,
  AddedGoal,
  Goal,
  GoalFilter,
  GoalInit,
  GoalStatus,
  GoalTemplate,
  Goals,
  MarkedRange,
  Playbook,
  PlaybookEvents,
  Span,
  Step,
  StepInit
} from './goals/index.ts'
export type {
  DisplayRecord,
  DisplayText,
  DisplayTexts,
  Insight,
  InsightOptions,
  InsightState,
  InstructionKind
} from './judgement/index.ts'
export type {
  Claim,
  ClaimState,
  ConsolidateOptions,
  ConsolidateReport,
  DistillManyOptions,
  DistillProgress,
  DistillReport,
  Distilled,
  FactPage,
  FactPageOptions,
  Forgotten,
  Learned,
  ListedFact,
  LessonInput,
  Knowledge,
  HistoryOptions,
  RecallOptions,
  RecallResult,
  Recalled,
  RecalledFact,
  Withheld
} from './knowledge/index.ts'
export type {
  AnnotationValue,
  DistillOptions,
  Fact,
  FactAuditReport,
  FactContext,
  FactInput,
  LessonFields
} from './facts/index.ts'
export type {
  EmbedOptions,
  Embedder,
  FinishOptions,
  RecordCount,
  SearchOrigin,
  WaitOptions
} from './search/index.ts'
export type { FindingKind } from './anonymity/index.ts'
