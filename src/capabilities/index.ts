/**
 * Skills of an agent.
 *
 * @example
 * ```ts
 * const preWarmed = await db.agent.cortex.capabilities.getPreWarmedSkills()
 * ```
 */
export { Capabilities } from './capabilities.ts'
export type { PreWarmedSkill } from './capabilities.ts'
