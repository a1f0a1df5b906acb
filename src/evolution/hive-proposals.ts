/**
 * What the rules of the hive choose for a persona. Rules that nobody has tried here are tried together:
 * their gains add up, so a window shows it in fewer sessions than one for each would take.
 */
import { candidateOf } from './candidates.ts'
import { MAX_COMBINED_RULES, MIN_CREDIBILITY, SUPERSEDED_BELOW } from './constants.ts'
import { credibilityOf, hasFailedLast, suspectsOf } from './evidence.ts'
import { fittingRule, isFollowed, isOfTask } from './rules.ts'
import type { Persona, PersonaMutation } from '../personas/index.ts'
import type { Standing } from './evidence.ts'
import type { HiveRule } from './evolution-components.ts'
import type { Progress } from './progress.ts'
import type { SingleMutation } from './rules.ts'
import type { MutationTrial, StoredTrial } from './trial.ts'

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
  /** Whether it showed no gain alone, with the persona as it is. */
  readonly isTested: boolean
}

/**
 * At most one proposal: of each trait and skill the rule with most voices that may be tried here. The
 * option of a persona can have most voices since it was found first, so others are tried too. Rules of a combination that was taken back are left to the other
 * candidates. One that showed no gain with the persona as it is can be part of a combination again,
 * with one that was not tested.
 */
export function hiveProposal(init: HiveProposalInit): HiveProposal | undefined {
  const bySubject = Map.groupBy(init.rules, ({ entity }) => entity)
  const choices = [...bySubject.values()].flatMap((rules) => choiceOf(rules, init) ?? [])
  const [first, ...others] = choices.slice(0, MAX_COMBINED_RULES)
  if (first === undefined || [first, ...others].every(({ isTested }) => isTested)) return undefined
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
  let tested: Choice | undefined
  const ranked = rules.toSorted((a, b) => Number(isOfTask(b, tasks)) - Number(isOfTask(a, tasks)))
  for (const rule of ranked) {
    if (isFollowed(persona, rule)) continue
    const mutation = fittingRule(persona, rule)
    const candidate = mutation && candidateOf(persona, mutation)
    if (mutation === undefined || candidate === undefined) continue
    const { key } = candidate
    const of = standing(key)
    if (of === 'excluded' || suspects.has(key)) continue
    const choice = { key, mutation, hiveRule: rule.id, isTested: of === 'retest' }
    if (!choice.isTested) return choice
    tested ??= choice
  }
  return tested
}

/** What of the hive is to be tried, and whether it comes before own candidates. */
export interface HiveTurn {
  readonly proposal?: HiveProposal
  /** Peers may lie: rules that do not hold here take turns with own candidates. */
  readonly isFirst: boolean
}

/** `trials`: those that have ended, the latest first. */
export function hiveTurn(
  init: Omit<HiveProposalInit, 'suspects' | 'tasks'>,
  { trials, progress, now }: { trials: readonly StoredTrial[]; progress: Progress; now: number }
): HiveTurn {
  const tasks = new Set(progress.baseline.map(([task]) => task))
  const proposal = hiveProposal({ ...init, tasks, suspects: suspectsOf(trials, now) })
  const isFirst = credibilityOf(trials) >= MIN_CREDIBILITY || !hasFailedLast(trials)
  return { isFirst, ...(proposal === undefined ? {} : { proposal }) }
}

/**
 * Whether rules of the hive end an own trial before its window does: a combination does, and a single
 * rule if the trial looks bad. Its outcomes are kept, for when it is tried again.
 */
export function supersedes({ isFirst, proposal }: HiveTurn, trial: MutationTrial): boolean {
  if (!isFirst || proposal === undefined || trial.source !== 'mechanical') return false
  return proposal.mutation.do === 'combine' || (trial.probability ?? 1) < SUPERSEDED_BELOW
}
