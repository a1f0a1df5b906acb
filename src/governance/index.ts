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
export { AgentQuota } from './agent-quota.ts'
export { Containment } from './containment.ts'
export { Governor } from './governor.ts'
export { LimitsChange, modelLimits } from './limits.ts'
export { RunCounts } from './run-counts.ts'
export type { GovernChange, GovernReason } from './agent-rules.ts'
export type {
  ContainmentPreview,
  ContainmentReport,
  ContainmentWindow,
  PublishedFact
} from './containment.ts'
export type { StayReason } from './standing.ts'
export type { LimitsInUse } from './governor.ts'
export type { AgentLimits, AgentLimitsChange } from './limits.ts'
