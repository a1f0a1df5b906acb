/** Clocks that are wrong, and that are set during the work, forth and back. */
import { EPOCH } from '../environment/virtual-time.ts'
import { inOrder } from './step.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { Plan, Step } from './step.ts'

/** Milliseconds by which a clock may be wrong. */
const MAX_SKEW = 90_000

/** The part of nodes whose clock is wrong from the start. */
const WRONG_RATE = 0.2

/** The part of seeds in which clocks are set, and how often at most. */
const SET_RATE = 0.3
const MAX_SETS = 4

/** The part of clocks that are set to the right time. */
const RIGHT_RATE = 0.5

export function skewsOf(nodes: number, random: Seeded): readonly number[] {
  return Array.from({ length: nodes }, () =>
    random.chance(WRONG_RATE) ? random.between(-MAX_SKEW, MAX_SKEW) : 0
  )
}

/** The same with clocks that are set; in a closed swarm one is set back over the end of the week. */
export function withClocks(plan: Plan, random: Seeded): Plan {
  if (!random.chance(SET_RATE)) return plan
  const set = (at: number, node: number, skew: number): Step => ({
    at: Math.max(0, at),
    kind: 'set-clock',
    node,
    subject: 0,
    skew
  })
  const count = 1 + random.below(MAX_SETS)
  const steps = Array.from({ length: count }, () => {
    const skew = random.chance(RIGHT_RATE) ? 0 : random.between(-MAX_SKEW, MAX_SKEW)
    return set(random.next() * plan.end, random.below(plan.nodes), skew)
  })
  if (plan.members === undefined) return { ...plan, steps: inOrder([...plan.steps, ...steps]) }
  const [node, skew] = [random.below(plan.nodes), random.next() * MAX_SKEW]
  const week = EPOCH - plan.begin
  const back = week - random.next() * skew
  return {
    ...plan,
    steps: inOrder([...plan.steps, ...steps, set(week - skew, node, skew), set(back, node, 0)])
  }
}
