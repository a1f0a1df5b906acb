/**
 * Contexts for agents: what is known of a goal, quoted, within a token budget.
 *
 * @example
 * ```ts
 * const { text } = await db.agent.cortex.context({ goal: 'speed up the build', budget: 1_000 })
 * ```
 */
export { composeContext, tokensOf } from '../sharing/context.ts'
export type { Context, ContextOptions } from '../sharing/context.ts'
