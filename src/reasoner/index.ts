/**
 * The reasoner: whether a mutation of a persona contradicts what the persona must keep to.
 *
 * @example
 * ```ts
 * const { verdict, findings } = await db.agent.cortex.reasoner.check({
 *   agent: db.agent.name,
 *   mutation: { do: 'set-flag', trait: 'network', value: true }
 * })
 * for (const { weight, text } of findings) console.log(verdict, weight, text)
 * ```
 */
export { Reasoner } from './reasoner.ts'
export { contradictions } from './stance.ts'
export type { ChainLink, Finding } from './finding.ts'
export type { Check, CheckInit } from './reasoner.ts'
export type { Contradiction, ContradictionReason, Direction, Stance } from './stance.ts'
export type { CheckBudget } from './text-question.ts'
