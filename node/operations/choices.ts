/** Values of inputs that have few, for commands that must not load the schemas. */
import type { ImpactOutcome } from '../../src/index.ts'

export const GOAL_STATUSES = ['open', 'active', 'abandoned', 'achieved'] as const
export const SKILL_STATUSES = [
  'sandbox',
  'experimental',
  'pre-warming',
  'verified',
  'blacklisted'
] as const
export const IMPACT_OUTCOMES = [
  'worked',
  'failed',
  'stale',
  'duplicate',
  'unsafe',
  'recovered',
  'repeated'
] as const
export const OUTCOMES = [
  'worked',
  'failed',
  'stale',
  'duplicate',
  'unsafe'
] as const satisfies readonly ImpactOutcome[]

/** The value of `choices` that `text` is, if it is one. */
export function choiceOf<const T extends string>(
  choices: readonly T[],
  text: string | undefined
): T | undefined {
  return choices.find((choice) => choice === text)
}
