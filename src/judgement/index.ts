/**
 * Judgement: whether what the hive says may influence an agent, and how sure it is.
 *
 * @example
 * ```ts
 * const [insight] = await db.agent.cortex.hive.getGlobalInsights({ state: 'released' })
 * console.log(insight?.confidence, insight?.corroboration)
 * ```
 */
export { Judge } from './judge.ts'
export { Trust } from './trust.ts'
export type { InsightState, Judgement } from './judge.ts'
export type { InstructionKind } from './instructions.ts'
