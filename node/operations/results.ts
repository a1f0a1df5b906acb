/** Types of what operations return, as callers receive them. */
import type { ResultOf } from './calls.ts'

export type RecalledResult = ResultOf<'recall'>['items'][number]
export type ClaimResult = ResultOf<'history'>[number]
export type CaseResult = ResultOf<'show-case'>
export type CaseSummaryResult = ResultOf<'cases'>[number]
export type CaseDecisionResult = ResultOf<'decide-case'>
export type ProposalOutcomeResult = ResultOf<'propose-decision'>
export type InsightResult = ResultOf<'insights'>[number]
export type PreviewResult = NonNullable<ResultOf<'preview'>>
export type GoalResult = ResultOf<'goals'>[number]
export type StepResult = ResultOf<'playbook'>[number]
export type AddedSkillResult = ResultOf<'add-skill'>
export type SkillDetailsResult = ResultOf<'show-skill'>
export type TestReportResult = ResultOf<'test-skill'>
export type SkillOfferResult = ResultOf<'skill-offers'>[number]
export type AgentResult = ResultOf<'agents'>[number]
export type PersonaVersionResult = ResultOf<'persona-history'>[number]
export type PersonaInversionResult = ResultOf<'invert-persona'>
export type LimitsInUseResult = ResultOf<'agent-limits'>
export type GovernChangeResult = ResultOf<'freeze-agent'>
export type ContainmentPreviewResult = ResultOf<'preview-containment'>
export type ContainmentReportResult = ResultOf<'contain-agent'>
export type DriftResult = ResultOf<'agent-drift'>
export type ProbeReportResult = ResultOf<'probe'>[number]
export type EvolutionStateResult = ResultOf<'evolution'>
export type MutationProposalResult = ResultOf<'propose-mutations'>[number]
export type MutationPreviewResult = ResultOf<'preview-mutation'>
export type MutationTrialResult = ResultOf<'mutation-history'>[number]
export type EvolutionStepResult = ResultOf<'advance-evolution'>
export type StableRollbackResult = ResultOf<'rollback-to-stable'>
export type PassReportResult = ResultOf<'iterate'>
export type JournalRowResult = ResultOf<'agent-journal'>[number]
export type JournalSummaryResult = ResultOf<'journal-summary'>
export type SessionStateResult = ResultOf<'end-session'>
