/**
 * Goals and their subgoals, level by level. Links of different authors can form a loop: each goal is
 * visited once, so a walk always ends. A subgoal counts if its link to the parent is backed.
 */
import { MAX_DEPTH, MAX_GOALS, MAX_READ_GOALS } from './constants.ts'
import type { BackedGoal } from '../goals/index.ts'

/** The part of a goal that a walk reads. */
export type WalkedGoal = Pick<BackedGoal, 'children' | 'id' | 'parents'>

export interface VisitedGoal<G extends WalkedGoal = BackedGoal> {
  readonly goal: G
  /** The goal itself, its parent, and so on, up to the goal that the walk began at. */
  readonly chain: readonly G[]
}

export interface GoalWalk<G extends WalkedGoal = BackedGoal> {
  readonly visited: readonly VisitedGoal<G>[]
  /** Whether a bound left subgoals out. */
  readonly truncated: boolean
}

/** Subgoals that a goal lists at most: with that number it may have more. */
const LISTED_CHILDREN = 100

export async function walkGoals<G extends WalkedGoal>(
  roots: readonly G[],
  read: (id: string) => Promise<G | undefined>,
  signal?: AbortSignal
): Promise<GoalWalk<G>> {
  const seen = new Set(roots.map(({ id }) => id))
  const visited: VisitedGoal<G>[] = []
  let level = roots
    .filter(({ id }, i) => roots.findIndex((root) => root.id === id) === i)
    .map((goal) => ({ goal, chain: [goal] }))
  let reads = 0
  let truncated = false
  for (let depth = 0; level.length > 0; depth++) {
    const room = MAX_GOALS - visited.length
    truncated ||= level.length > room
    level = level.slice(0, room)
    visited.push(...level)
    const next: typeof level = []
    for (const { goal, chain } of level) {
      truncated ||= goal.children.length >= LISTED_CHILDREN
      for (const id of goal.children) {
        if (seen.has(id)) continue
        if (depth === MAX_DEPTH || reads >= MAX_READ_GOALS) {
          truncated = true
          break
        }
        signal?.throwIfAborted()
        reads += 1
        const child = await read(id)
        if (child === undefined || seen.has(child.id)) continue
        if (!(await isPartOf(child, goal, read))) continue
        seen.add(child.id)
        next.push({ goal: child, chain: [child, ...chain] })
      }
    }
    level = next
  }
  return { visited, truncated }
}

/** A parent may be named by a variant of it, which is read as the goal itself. */
async function isPartOf<G extends WalkedGoal>(
  { parents }: G,
  goal: G,
  read: (id: string) => Promise<G | undefined>
): Promise<boolean> {
  if (parents.includes(goal.id)) return true
  for (const parent of parents) if ((await read(parent))?.id === goal.id) return true
  return false
}
