/**
 * What of a goal counts when this node decides by it: what the node states itself, and what at least
 * `k` authors state. One author can add a tag or a link to any goal, so neither counts alone.
 */
import { displayTexts } from '../foreign-text/index.ts'
import { isReserved, readStatement, readStatements } from './goal-statement.ts'
import type { Register, Standing } from '../../crdt/index.ts'
import type { DisplayText, DisplayTexts } from '../foreign-text/index.ts'
import type { Goal } from './goal-view.ts'

/** Authors normally name one parent. */
const MAX_PARENTS = 8

/** A released goal, with the statements that this node or at least `k` authors make of it. */
export interface BackedGoal {
  readonly id: string
  readonly title: DisplayText
  readonly description: DisplayText
  readonly tags: DisplayTexts
  /** The ids of the goals that it is part of. */
  readonly parents: readonly string[]
  /** The ids of the goals that the index lists as its subgoals: at most 100. */
  readonly children: readonly string[]
  /** Whether it is achieved or abandoned. */
  readonly isEnded: boolean
}

export function backedGoal(
  goal: Goal,
  standing: Pick<Standing, 'tags' | 'vouches'>,
  own: Pick<Register, 'tags' | 'vote'> | undefined,
  k: number
): BackedGoal {
  const mine = own?.vote === 'vouch' ? readStatement(own) : undefined
  const stated = readStatements(standing)
  const tags = standing.tags
    .filter(([tag, authors]) => !isReserved(tag) && (authors >= k || mine?.tags.includes(tag)))
    .map(([tag]) => tag)
  const parents = [...stated.parents]
    .filter(([parent, authors]) => authors >= k || parent === mine?.parent)
    .slice(0, MAX_PARENTS)
    .map(([parent]) => parent)
  const ended = (['achieved', 'abandoned'] as const).some(
    (status) => mine?.status === status || (stated.statusCounts.get(status) ?? 0) >= k
  )
  return {
    id: goal.id,
    title: goal.title,
    description: goal.description,
    tags: displayTexts(tags.toSorted()),
    parents: parents.toSorted(),
    children: goal.children,
    isEnded: ended
  }
}
