/**
 * Governance: limits of agents, freezing, and what they published.
 *
 * @example
 * ```ts
 * const { governor } = db.agent.cortex
 * await governor.setLimits('scout', { modelCallsPerDay: 200 }, { why: 'On trial.' })
 * console.log(await governor.history('scout'))
 * ```
 */
export { AgentRules } from './agent-rules.ts'
export { Attributions } from './attributions.ts'
export { AgentQuota } from './agent-quota.ts'
export { Containment } from './containment.ts'
export { Governor } from './governor.ts'
export { LimitsChange, modelLimits } from './limits.ts'
export { Prober } from './prober.ts'
export { countsProbe } from './probes/counts.ts'
export { indexProbe } from './probes/index-probe.ts'
export { ledgerProbe } from './probes/ledger.ts'
export { publishedProbe, votesProbe } from './probes/published.ts'
export type { LedgerDifference } from './probes/ledger.ts'
export type { ProbeFinding, ProbeName } from './probes/probe.ts'
export type { ProbeReport } from './prober.ts'
export { RunCounts } from './run-counts.ts'
export type { GovernChange, GovernReason } from './agent-rules.ts'
export type {
  ContainmentPreview,
  ContainmentReport,
  ContainmentWindow,
  PublishedFact,
  WithdrawnCounts
} from './containment.ts'
export type { SharedCounts, SharedRecord, WithdrawnShared } from './shared-containment.ts'
export type { StayReason } from './standing.ts'
export type { Drift, DriftOf } from './drift.ts'
export type { LimitsInUse } from './governor.ts'
export type { AgentLimits, AgentLimitsChange } from './limits.ts'
