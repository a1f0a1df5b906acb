/** Skills that the swarm shares. */
export { SharedSkills } from './shared-skills.ts'
export type { SkillOffer } from './offers.ts'
export type { Consent, OfferOptions, PublishedSkill } from './shared-skills.ts'
