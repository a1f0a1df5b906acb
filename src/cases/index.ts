/**
 * Cases: disputed claims and rules of personas, with the evidence on each side, a proposal, and
 * decisions that can be reversed.
 *
 * @example
 * ```ts
 * const open = await db.agent.cortex.cases.list({ state: 'open' })
 * ```
 */
export { CaseService } from './case-service.ts'
export { Cases } from './cases.ts'
export type {
  Case,
  CaseAct,
  CaseCitation,
  CaseDecision,
  CaseProposal,
  CaseReason,
  CaseSide,
  CaseState,
  CaseSubject,
  CaseSummary
} from './case.ts'
export type { CaseChoice, CaseListOptions, ProposalOutcome, ProposeOptions } from './cases.ts'
export type {
  CaseEvidence,
  FactEvidence,
  RecordEvidence,
  RuleTrial,
  TrialEvidence
} from './evidence-row.ts'
export type { NoProposal, ProposalBudget } from './proposal.ts'
export type { PublishableFact } from './question.ts'
