/** What a closed swarm has more: members, weeks that end, and a door that is tried. */
import { EPOCH } from '../environment/virtual-time.ts'
import { CLOSED_MANNERS } from '../lies/manner.ts'
import { CLOSED_STEPS } from './kinds.ts'
import { inOrder } from './step.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { DoorRole } from '../members/closed-swarm.ts'
import type { Plan, Step } from './step.ts'
import type { Temper } from './temper.ts'

/** Leaps of all clocks by a week, at most. One more week ends by itself. */
const MAX_WEEKS = 2

/** The part of closed swarms with a clone. */
const CLONE_RATE = 0.4

/** Steps of a closed swarm, as a part of all other ones. */
const CLOSED_STEP_RATE = 0.25

/** Milliseconds from a step to one that goes on with it, at most. */
const SOON = 8_000

/** Milliseconds from a cut of the network to a revocation, and until the network is whole. */
const CUT_BEFORE = 4_000
const CUT_AFTER = 15_000

/** The part of doors at which weeks end faster than certificates are renewed, and the time between. */
const HASTE_RATE = 0.4
const HASTE = 20_000

/** The part of closed swarms in which somebody is away from the beginning. */
const ABSENT_RATE = 0.3

/** The part of doors at which another root takes over. */
const SUCCESSION_RATE = 0.4

/** The same in a closed swarm, in which a week of the clock ends. */
export function closedPlan(plan: Plan, random: Seeded, temper: Temper): Plan {
  const { nodes, end, subjects } = plan
  const manner = nodes > 2 ? random.pick(CLOSED_MANNERS) : 'honest'
  const honest = manner === 'honest' ? nodes : nodes - 1
  const members = Array.from({ length: nodes }, (_, number) => number)
  if (honest > 1 && random.chance(CLONE_RATE)) members[honest - 1] = random.below(honest - 1)
  const at = (): number => random.next() * end
  const weeks = Array.from({ length: random.below(MAX_WEEKS + 1) }, () => weekAt(at()))
  const added = Array.from({ length: Math.ceil(plan.steps.length * CLOSED_STEP_RATE) }, () => {
    const drawn = { at: at(), node: random.below(nodes), subject: random.below(subjects) }
    const before = random.pick(plan.steps)
    const { node, subject } = random.chance(temper.focus) ? before : drawn
    const time = node === before.node ? before.at + random.next() * SOON : drawn.at
    return { at: time, kind: temper.pick(CLOSED_STEPS, random), node, subject }
  })
  const begin = EPOCH - at()
  return {
    ...plan,
    manner,
    begin,
    members,
    steps: inOrder([...plan.steps, ...added, ...weeks, ...absentOnes(honest, random)])
  }
}

/** Who ends before it knows any other member: when it comes back, entries and statements come together. */
function absentOnes(honest: number, random: Seeded): Step[] {
  const absent = random.stream('absent')
  if (!absent.chance(ABSENT_RATE)) return []
  return [{ at: 0, kind: 'absence', node: absent.below(honest), subject: absent.below(2) }]
}

/**
 * The same with certificates that end, a newcomer, and a revocation, at times while the network is cut.
 * All nodes keep to the protocol; one may have no certificate, and show the invite of the newcomer.
 */
export function doorPlan(plan: Plan, random: Seeded): Plan {
  const { nodes, end } = plan
  const hasOutsider = nodes > 3 && random.chance(0.7)
  const roles = Array.from({ length: nodes }, (_, number): DoorRole => {
    if (number === 0) return 'first'
    if (number === nodes - 1 && hasOutsider) return 'outsider'
    return number === nodes - (hasOutsider ? 2 : 1) ? 'late' : 'member'
  })
  const late = roles.indexOf('late')
  const step = (at: number, kind: Step['kind'], node = 0): Step => ({ at, kind, node, subject: 0 })
  const joins = random.next() * 0.4 * end
  const revokes = joins + (0.1 + random.next() * 0.5) * (end - joins)
  // The newcomer or another member.
  const victim = random.chance(0.5) ? late : 1 + random.below(late)
  const cut = random.chance(0.6)
    ? [step(Math.max(0, revokes - CUT_BEFORE), 'partition'), step(revokes + CUT_AFTER, 'heal')]
    : []
  const hasty = random.next() * end
  const haste = random.chance(HASTE_RATE)
    ? [step(hasty, 'absence', 1 + random.below(late)), weekAt(hasty), weekAt(hasty + HASTE)]
    : []
  const theft = hasOutsider ? [step(joins + random.next() * (end - joins), 'steal', nodes - 1)] : []
  const added = [step(joins, 'join', late), step(revokes, 'revoke', victim), ...cut, ...haste]
  return {
    ...plan,
    manner: 'honest',
    lightNodes: 0,
    members: roles.map((_, number) => number),
    roles,
    steps: inOrder([...plan.steps, ...added, ...theft])
  }
}

/** The same where the successor of the root may take over, somewhere. */
export function successionPlan(plan: Plan, random: Seeded): Plan {
  if (!random.chance(SUCCESSION_RATE)) return plan
  const at = random.next() * plan.end
  const step: Step = { at, kind: 'succeed', node: random.below(plan.nodes), subject: 0 }
  return { ...plan, steps: inOrder([...plan.steps, step]) }
}

function weekAt(at: number): Step {
  return { at, kind: 'week', node: 0, subject: 0 }
}
