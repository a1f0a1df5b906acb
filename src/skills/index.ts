/**
 * Skills: tasks that an agent can run, tested before use and tried before they are relied on.
 *
 * @example
 * ```ts
 * const { capabilities } = db.agent.cortex
 * const { id } = await capabilities.registerCapability({
 *   name: 'slugify',
 *   description: 'Makes a title into a part of a URL.',
 *   kind: 'code',
 *   source: 'export default (title) => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")',
 *   tests: [{ input: 'Hello World', output: 'hello-world' }]
 * })
 * const { output } = await capabilities.invoke(id, 'A day in May')
 * ```
 */
export { SKILL_THRESHOLDS } from './constants.ts'
export { isReceipts } from './exchange/published-receipts.ts'
export { SharedSkills } from './exchange/shared-skills.ts'
export { SkillExchange } from './exchange/skill-exchange.ts'
export { SkillService } from './skill-service.ts'
export type { Capabilities, RemovedSkill } from './capabilities.ts'
export type { Capability, CapabilityDetails, PreWarmedSkill } from './capability.ts'
export type { DiscoveryOptions, DiscoveryReport, Synthesized } from './discovery.ts'
export type { Consent, OfferOptions } from './exchange/adoption.ts'
export { offerRankOf } from './exchange/offers.ts'
export type { OfferIndex } from './exchange/adoption.ts'
export type { SkillOffer } from './exchange/offers.ts'
export type { PublishedSkill } from './exchange/publishing.ts'
export type { AddedSkill } from './lifecycle/skill-registration.ts'
export type { SkillStatus } from './lifecycle/lifecycle.ts'
export type { RunOptions } from './running/run-options.ts'
export type { SkillRun, TestReport } from './running/skill-runner.ts'
export type { CapabilityRun } from './running/trials.ts'
export type { SkillEvents } from './skill-events.ts'
export type { Skill, SkillInit } from './skill-identity.ts'
export type {
  Documentation,
  Evidence,
  FalseReceipt,
  Provenance,
  SkillFailure,
  Transition
} from './store/skill-values.ts'
export type {
  BeginOptions,
  CallOptions,
  FailureOptions,
  FindOptions,
  ListOptions,
  OutcomeInit
} from './capability-options.ts'
export type { FoundCapability } from './selection.ts'
export type { Lineage } from './lineage.ts'
export type { Ranking } from './evidence/competition.ts'
