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
export { lowerBound, ranked, sampled } from './evidence/competition.ts'
export { ALPHA, WINDOW } from './evidence/constants.ts'
export { NO_TRIALS, counted } from './evidence/counts.ts'
export { NO_DRIFT, driftVerdict, drifted } from './evidence/drift.ts'
export { isReliable, isUseless, verificationProgress } from './evidence/e-process.ts'
export { headStart } from './evidence/pooling.ts'
export { predictedPromotion } from './evidence/prediction.ts'
export { isReceipts } from './exchange/receipts.ts'
export { SharedSkills } from './exchange/shared-skills.ts'
export { NodeSkills } from './node-skills.ts'
export { identifySkill } from './skill.ts'
export { clusterFailures } from './synthesis/failure-clusters.ts'
export { mutationsOf } from './synthesis/mutations.ts'
export { repair } from './synthesis/repair.ts'
export type { Capabilities, RemovedSkill } from './capabilities.ts'
export type { Capability, CapabilityDetails, PreWarmedSkill } from './capability.ts'
export type { DiscoveryReport, Synthesized } from './discovery.ts'
export type { Counts } from './evidence/counts.ts'
export type { RemoteCounts } from './evidence/pooling.ts'
export type { Consent } from './exchange/adoption.ts'
export type { SkillOffer } from './exchange/offers.ts'
export type { PublishedSkill } from './exchange/publishing.ts'
export type { AddedSkill } from './lifecycle/admission.ts'
export type { SkillStatus } from './lifecycle/lifecycle.ts'
export type { TestReport } from './running/skill-runner.ts'
export type { CapabilityRun } from './running/trials.ts'
export type { SkillEvents } from './skill-events.ts'
export type { Skill, SkillInit } from './skill.ts'
export type { Lie, SkillFailure, Transition } from './store/skill-values.ts'
export type { Repairable } from './synthesis/repair.ts'
