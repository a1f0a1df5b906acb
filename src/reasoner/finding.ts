/** Findings of a check: what a mutation contradicts, with the whole chain of reasons. */
import { displayText } from '../foreign-text/index.ts'
import { MAX_TITLE } from './constants.ts'
import { stanceText } from './stance.ts'
import type { BackedGoal } from '../goals/index.ts'
import type { ContradictionReason, Stance } from './stance.ts'

/** One step of the reasons of a finding. */
export type ChainLink =
  /** A changed part of the persona. */
  | { readonly kind: 'change'; readonly path: readonly string[] }
  /** What the part wants, or what the other side wants. */
  | { readonly kind: 'stance'; readonly stance: Stance }
  /** The policy or the trait that has the other stance. */
  | { readonly kind: 'part'; readonly agent: string; readonly path: readonly string[] }
  /** The goal that has the other stance, then its parents up to the goal that the persona serves. */
  | { readonly kind: 'goal'; readonly id: string; readonly title: string }

/** What a mutation contradicts, or what could not be decided. */
export interface Finding {
  /** The other side: a part of the persona, a goal, another persona, or text without structure. */
  readonly kind: 'goal' | 'other-persona' | 'policy' | 'text' | 'trait'
  /** `note`: it does not affect the verdict. */
  readonly weight: 'contradiction' | 'note' | 'unknown'
  readonly by: 'model' | 'structure'
  readonly reason: ContradictionReason | 'text'
  /** From the changed part to the other side. */
  readonly chain: readonly ChainLink[]
  /** The chain as one line. */
  readonly text: string
}

/** The other side of a contradiction. */
export type Side =
  | { readonly agent: string; readonly path: readonly string[]; readonly isOther: boolean }
  | { readonly goals: readonly Pick<BackedGoal, 'id' | 'title'>[] }

/** A finding of the comparison of two stances. */
export function structuralFinding(
  change: readonly string[],
  stance: Stance,
  other: Stance,
  side: Side,
  reason: ContradictionReason
): Finding {
  const isNote = 'isOther' in side && side.isOther
  const chain: readonly ChainLink[] = [
    { kind: 'change', path: change },
    { kind: 'stance', stance },
    { kind: 'stance', stance: other },
    ...linksOf(side)
  ]
  return {
    kind: kindOf(side),
    weight: isNote ? 'note' : 'contradiction',
    by: 'structure',
    reason,
    chain,
    text: `${change.join('/')}: "${stanceText(stance)}" contradicts "${oneLine(stanceText(other))}" (${reason}) of ${sideText(side)}`
  }
}

/** A text whose meaning no comparison decides. */
export function undecidedText(change: readonly string[], why: string): Finding {
  return {
    kind: 'text',
    weight: 'unknown',
    by: 'structure',
    reason: 'text',
    chain: [{ kind: 'change', path: change }],
    text: `${change.join('/')}: ${why}`
  }
}

/** What a model found; `why` is the model's text. */
export function modelFinding(change: readonly string[], side: Side, why: string): Finding {
  return {
    kind: kindOf(side),
    weight: 'contradiction',
    by: 'model',
    reason: 'text',
    chain: [{ kind: 'change', path: change }, ...linksOf(side)],
    text: `${change.join('/')}: contradicts ${sideText(side)}, according to the model: ${oneLine(why)}`
  }
}

/** One line, without invisible characters. */
export function oneLine(text: string): string {
  return displayText(text).replaceAll(/\s+/gu, ' ').trim()
}

function kindOf(side: Side): Finding['kind'] {
  if ('goals' in side) return 'goal'
  if (side.isOther) return 'other-persona'
  return side.path[0] === 'traits' ? 'trait' : 'policy'
}

function linksOf(side: Side): ChainLink[] {
  if ('goals' in side) {
    return side.goals.map(({ id, title }) => ({ kind: 'goal', id, title: shortTitle(title) }))
  }
  return [{ kind: 'part', agent: side.agent, path: side.path }]
}

function sideText(side: Side): string {
  if (!('goals' in side)) return `${side.path.join('/')} of ${side.agent}`
  const titles = side.goals.map(({ title }) => JSON.stringify(shortTitle(title)))
  return `the goal ${titles.join(', part of ')}`
}

function shortTitle(title: string): string {
  const line = oneLine(title)
  return line.length <= MAX_TITLE ? line : `${line.slice(0, MAX_TITLE - 1).toWellFormed()}…`
}
