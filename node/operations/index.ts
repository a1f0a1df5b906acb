/** The operations of a node: what all its doors offer. */
export { localCalls, runOperation } from './calls.ts'
export { describeIssues, NotRunningError } from './errors.ts'
export { EventFeed } from './event-feed.ts'
export { jsonify } from './jsonify.ts'
export { isOperation, OPERATIONS, operationNames } from './table.ts'
export type { Call, InputOf, ResultOf } from './calls.ts'
export type { CallOptions, Progress } from './call-options.ts'
export type { FeedEvent } from './event-feed.ts'
export type { Door, Effect, NodeAccess, Operation, Topic } from './operation.ts'
export type { OperationName, Operations } from './table.ts'
export type {
  AddedSkillResult,
  AgentResult,
  ClaimResult,
  GoalResult,
  InsightResult,
  PersonaInversionResult,
  PersonaVersionResult,
  PreviewResult,
  RecalledResult,
  SkillDetailsResult,
  SkillOfferResult,
  StepResult,
  TestReportResult
} from './results.ts'
