/** Skills that the swarm shares. */
export { isReceipts } from './receipts.ts'
export { SharedSkills } from './shared-skills.ts'
export type { SkillOffer } from './offers.ts'
export type { PublishedSkill } from './publishing.ts'
export type { Consent, OfferOptions } from './adoption.ts'
