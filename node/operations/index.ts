/** The operations of a node: what all its doors offer. */
export { queryParameters } from './query-parameters.ts'
export { localCalls, runOperation } from './calls.ts'
export { describeIssues, NotRunningError } from './errors.ts'
export { EventFeed } from './event-feed.ts'
export { isTooDeep, TOO_DEEP } from './json-depth.ts'
export { jsonify } from './jsonify.ts'
export {
  fittingTags,
  idOfUnit,
  insightOf,
  tagsOfDomain,
  unitIdOf,
  wordsOf
} from './formats/cq-mapping.ts'
export {
  CqContext,
  CqInsight,
  CqUnit,
  Domains,
  Extensions,
  FlagReason,
  UnitId,
  withoutNulls
} from './formats/cq-unit.ts'
export { adoptUnitFile } from './formats/unit-rests.ts'
export { jsonValues } from './formats/json-values.ts'
export { Trends } from './trends.ts'
export { isOperation, OPERATIONS, operationNames } from './table.ts'
export type { Call, InputOf, ResultOf } from './calls.ts'
export type { CallOptions, Progress } from './call-options.ts'
export type { FeedEvent } from './event-feed.ts'
export type {
  Diagnose,
  Door,
  Effect,
  Measurements,
  NodeAccess,
  Operation,
  OperationObserver,
  Topic
} from './operation.ts'
export type { OperationName, Operations } from './table.ts'
export type {
  AddedSkillResult,
  AgentResult,
  CaseDecisionResult,
  CaseResult,
  CaseSummaryResult,
  ClaimResult,
  ContainmentPreviewResult,
  ContainmentReportResult,
  DriftResult,
  EvolutionStateResult,
  EvolutionStepResult,
  GoalResult,
  GovernChangeResult,
  InsightResult,
  JournalRowResult,
  JournalSummaryResult,
  LimitsInUseResult,
  ListedFactResult,
  MemberInviteResult,
  MemberResult,
  MembershipResult,
  MutationPreviewResult,
  MutationProposalResult,
  MutationTrialResult,
  PassReportResult,
  PersonaInversionResult,
  PersonaVersionResult,
  PreviewResult,
  ProbeReportResult,
  ProposalOutcomeResult,
  RecalledResult,
  SessionStateResult,
  SkillDetailsResult,
  SkillOfferResult,
  StableRollbackResult,
  StepResult,
  StoredFactResult,
  TestReportResult,
  TrendResult,
  VoicesResult
} from './results.ts'
