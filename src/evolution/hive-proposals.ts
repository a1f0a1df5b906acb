/**
 * What the rules of the hive choose for a persona. Rules that nobody has tried here are tried together:
 * their gains add up, so a window shows it in fewer sessions than one for each would take.
 */
import { candidateOf } from './candidates.ts'
import { MAX_COMBINED_RULES, MIN_CREDIBILITY, SUPERSEDED_BELOW } from './constants.ts'
import { credibilityOf, hasFailedLast, suspectsOf } from './evidence.ts'
import { isCombined } from './combined-rules.ts'
import { fittingRule, isFollowed, isOfTask } from './rules.ts'
import type { Persona, PersonaMutation } from '../personas/index.ts'
import type { Standing } from './evidence.ts'
import type { HiveRule } from './evolution-components.ts'
import type { Progress } from './progress.ts'
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
  readonly mutation: PersonaMutation
  readonly hiveRule: string
  /** Whether it showed no gain alone, with the persona as it is. */
  readonly isTested: boolean
}

/**
 * At most one proposal, the first of these that there is:
 *
 * 1. For each trait and skill that has no rule of the persona yet, the rule with most voices that may
 *    be tried here, all of them together. Rules that showed no gain alone, with the persona as it is,
 *    are tried together with one that was not tested, or once with each other. Rules of a combination
 *    that was taken back are left to the other candidates.
 * 2. A combination that was kept elsewhere, if the persona follows no part of it.
 * 3. Another rule for a trait or skill that has a rule of the persona, alone: it takes the place
 *    of what has helped. The rule that was found first has most voices, and is often not the best.
 */
export function hiveProposal(init: HiveProposalInit): HiveProposal | undefined {
  const subjects = [...Map.groupBy(init.rules, ({ entity }) => entity).values()]
  const isSettled = (rules: readonly HiveRule[]): boolean =>
    rules.some((rule) => isFollowed(init.persona, rule))
  const choicesOf = (is: { readonly combined: boolean; readonly settled: boolean }): Choice[] =>
    subjects
      .filter((rules) => rules.some(isCombined) === is.combined && isSettled(rules) === is.settled)
      .flatMap((rules) => choiceOf(rules, init) ?? [])
  const open = choicesOf({ combined: false, settled: false })
  return (
    together(open.slice(0, MAX_COMBINED_RULES), init) ??
    alone(choicesOf({ combined: true, settled: false })) ??
    alone(choicesOf({ combined: false, settled: true }))
  )
}

function together(
  parts: readonly Choice[],
  { persona, standing }: HiveProposalInit
): HiveProposal | undefined {
  if (parts.length < 2) return alone(parts)
  const mutation: PersonaMutation = {
    do: 'combine',
    parts: parts.flatMap((part) => (part.mutation.do === 'combine' ? [] : [part.mutation]))
  }
  const keys = parts.map(({ key }) => key)
  if (parts.some(({ isTested }) => !isTested)) return { mutation, keys }
  const of = standing(candidateOf(persona, mutation)?.key ?? '')
  return of === 'untested' || of === 'earlier' ? { mutation, keys } : undefined
}

/** The first choice that was not tested with the persona as it is. */
function alone(choices: readonly Choice[]): HiveProposal | undefined {
  const choice = choices.find(({ isTested }) => !isTested)
  if (choice === undefined) return undefined
  const { mutation, key, hiveRule } = choice
  return { mutation, keys: [key], hiveRule }
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
