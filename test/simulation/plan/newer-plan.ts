/**
 * The last node may be of a later version. In a closed swarm others are updated, some while they work, and
 * some of those go back to this version for a while.
 */
import { NEWER } from '../lies/manner.ts'
import { inOrder } from './step.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { Plan } from './step.ts'

/** The part of swarms without a liar in which one node is of a later version. */
const NEWER_RATE = 0.25

/** Nodes that are updated before the work ends, at most, and the part of them that go back. */
const MAX_UPDATES = 3
const BACK_RATE = 0.4

/** The same where the last node may be of a later version; `isMixed`: undefined where the seed says. */
export function withNewer(plan: Plan, random: Seeded, isMixed: boolean | undefined): Plan {
  const { manner, members, nodes, roles } = plan
  const isDrawn = random.chance(NEWER_RATE)
  if (!(isMixed ?? isDrawn) || manner !== 'honest' || nodes < 3) return plan
  if (members === undefined) return { ...plan, manner: NEWER }
  // An outsider publishes nothing.
  return roles?.at(-1) === 'outsider' ? plan : updatedPlan(plan, members, random)
}

function updatedPlan(plan: Plan, members: readonly number[], random: Seeded): Plan {
  const last = plan.nodes - 1
  const updates = Array.from({ length: 1 + random.below(MAX_UPDATES) }, () => ({
    at: random.next() * plan.end,
    kind: 'update' as const,
    node: random.below(last),
    subject: 0
  }))
  const back = random.stream('back')
  const returns = updates
    .filter(() => back.chance(BACK_RATE))
    .map((update) => ({
      ...update,
      at: back.between(update.at, plan.end),
      kind: 'go-back' as const
    }))
  return {
    ...plan,
    manner: NEWER,
    // No clone of another one: what it publishes counts beside what its agent was promised.
    members: [...members.slice(0, last), last],
    steps: inOrder([...plan.steps, ...updates, ...returns])
  }
}
