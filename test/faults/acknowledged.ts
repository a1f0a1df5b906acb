/** What a mixed load has acknowledged, by kind and name. */
import { Expected } from './expected.ts'

export type FactState = 'absent' | 'private' | 'public'
export type SkillState = 'absent' | 'present' | 'blacklisted' | 'removed' | 'removed as blacklisted'

export interface Acknowledged {
  readonly facts: Expected<FactState>
  readonly votes: Expected<boolean>
  /** Trials that were told of a record. */
  readonly evidence: Expected<number>
  readonly steps: Expected<number>
  /** Picodollars. */
  readonly spent: Expected<bigint>
  readonly skills: Expected<SkillState>
  /** Whether the process may end before a settlement is written; it is booked in full then. */
  readonly isKilled: boolean
}

export type Kind = 'facts' | 'votes' | 'evidence' | 'steps' | 'spent' | 'skills'
export type AnyState = FactState | SkillState | boolean | number | bigint

/** `onChange`: a process that is killed reports each change at once. */

export function acknowledgedNothing(
  onChange?: (kind: Kind, name: string, states: readonly AnyState[]) => void
): Acknowledged {
  const expected = <S extends AnyState>(kind: Kind, initial: S): Expected<S> =>
    new Expected<S>(initial, (name, states) => onChange?.(kind, name, states))
  return {
    facts: expected<FactState>('facts', 'absent'),
    votes: expected<boolean>('votes', false),
    evidence: expected<number>('evidence', 0),
    steps: expected<number>('steps', 0),
    spent: expected<bigint>('spent', 0n),
    skills: expected<SkillState>('skills', 'absent'),
    isKilled: onChange !== undefined
  }
}

/** What was acknowledged from a time on may not have landed. */
export function doubt(
  { facts, votes, evidence, steps, spent, skills }: Acknowledged,
  since: bigint
): void {
  for (const each of [facts, votes, evidence, steps, spent, skills]) each.doubt(since)
}
