/**
 * What the rules of the hive choose for a persona. Rules that nobody has tried here are tried together:
 * their gains add up, so a window shows it in fewer sessions than one for each would take.
 */
import { candidateOf } from './candidates.ts'
import { MAX_COMBINED_RULES } from './constants.ts'
import { fittingRule, isFollowed, isOfTask } from './rules.ts'
import type { Persona, PersonaMutation } from '../personas/index.ts'
import type { Standing } from './evidence.ts'
import type { HiveRule } from './evolution-components.ts'
import type { SingleMutation } from './rules.ts'

/** A mutation that rules of the hive choose. */
export interface HiveProposal {
  readonly mutation: PersonaMutation
  /** Keys of the mutations that it combines, or its own. */
  readonly keys: readonly string[]
  /** The id of the rule; undefined for several. */
  readonly hiveRule?: string
}

export interface HiveProposalInit {
  readonly persona: Persona
  /** Those with most voices first. */
  readonly rules: readonly HiveRule[]
  readonly tasks: ReadonlySet<string>
  readonly standing: (key: string) => Standing
  /** Keys of mutations that were part of a combination that was taken back. */
  readonly suspects: ReadonlySet<string>
}

interface Choice {
  readonly key: string
  readonly mutation: SingleMutation
  readonly hiveRule: string
}

/**
 * At most one proposal: of each trait and skill the rule with most voices that may be tried here, unless
 * the persona follows one with more. Rules of a combination that was taken back are left to the other
 * candidates, as are those that showed no gain with the persona as it is.
 */
export function hiveProposal(init: HiveProposalInit): HiveProposal | undefined {
  const bySubject = Map.groupBy(init.rules, ({ entity }) => entity)
  const choices = [...bySubject.values()].flatMap((rules) => choiceOf(rules, init) ?? [])
  const [first, ...others] = choices.slice(0, MAX_COMBINED_RULES)
  if (first === undefined) return undefined
  if (others.length === 0) {
    return { mutation: first.mutation, keys: [first.key], hiveRule: first.hiveRule }
  }
  const parts = [first, ...others]
  return {
    mutation: { do: 'combine', parts: parts.map(({ mutation }) => mutation) },
    keys: parts.map(({ key }) => key)
  }
}

/** `rules`: of one trait or skill. */
function choiceOf(
  rules: readonly HiveRule[],
  { persona, tasks, standing, suspects }: HiveProposalInit
): Choice | undefined {
  const ranked = rules.toSorted((a, b) => Number(isOfTask(b, tasks)) - Number(isOfTask(a, tasks)))
  for (const rule of ranked) {
    if (isFollowed(persona, rule)) return undefined
    const mutation = fittingRule(persona, rule)
    const candidate = mutation && candidateOf(persona, mutation)
    if (mutation === undefined || candidate === undefined) continue
    const { key } = candidate
    if (isOpen(standing(key)) && !suspects.has(key)) {
      return { key, mutation, hiveRule: rule.id }
    }
  }
  return undefined
}

function isOpen(standing: Standing): boolean {
  return standing === 'untested' || standing === 'earlier'
}
