/**
 * Skills: what an agent can do, tested before it is used and tried before it is relied upon.
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
export { headStart, mergeCounts } from './evidence/index.ts'
export {
  afterBlacklisting,
  afterHint,
  afterOutcome,
  withHeadStart,
  withoutLiar
} from './lifecycle/lifecycle.ts'
export { NodeSkills } from './node-skills.ts'
export { gaveOf, ReceiptValue, receiptOf } from './running/receipts.ts'
export { SkillStore } from './store/skill-store.ts'
export { identifySkill, skillOfRecord } from './skill.ts'
export type { AddedSkill, SkillAdmission } from './lifecycle/admission.ts'
export type { Json } from '../sandbox/canonical-json.ts'
export type { Capabilities, CapabilityRun, FoundCapability, RemovedSkill } from './capabilities.ts'
export type { FailureOptions, FindOptions, ListOptions, OutcomeInit } from './capability-options.ts'
export type { Capability, CapabilityDetails, PreWarmedSkill } from './capability.ts'
export type { DiscoveryOptions, DiscoveryReport, Synthesized } from './discovery.ts'
export type { Ranking, RemoteCounts } from './evidence/index.ts'
export type { SkillStatus, Standing as SkillStanding } from './lifecycle/lifecycle.ts'
export type { Lineage } from './lineage.ts'
export type { KeptReceipt, Receipt } from './running/receipts.ts'
export type { RunOptions } from './running/run-options.ts'
export type { SkillEvents, SkillFailure } from './skill-events.ts'
export type { Documentation, Evidence, Lie, Provenance, Transition } from './store/skill-records.ts'
export type { SkillRun, SkillRunner, TestReport } from './running/skill-runner.ts'
export type { KnownSkill } from './store/skill-store.ts'
export type { IdentifiedSkill, Skill, SkillInit } from './skill.ts'
