/** Clocks that are wrong, and that are set during the work, forth and back. */
import { EPOCH } from '../environment/virtual-time.ts'
import { inOrder, ownSubject } from './step.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { Plan, Step } from './step.ts'

/** Milliseconds by which a clock may be wrong. */
export const MAX_SKEW = 90_000

/** The part of nodes whose clock is wrong from the start. */
const WRONG_RATE = 0.2

/** The part of seeds in which clocks are set, and how often at most. */
const SET_RATE = 0.3
const MAX_SETS = 4

/** The part of closed swarms in which a clock is set back over the end of the week, at the earliest then. */
const BACK_RATE = 0.4
const WEEK_FROM = 0.5

/** Milliseconds by which it is ahead, at least. */
const MIN_AHEAD = 15_000

/** Facts that the node votes on before its clock is set back, and again after that. */
const FACTS = 3

/** Milliseconds from the work of a node to a change of its clock, at most. */
const SOON = 4_000

/** The part of clocks that are set to the right time. */
const RIGHT_RATE = 0.5

export function skewsOf(nodes: number, random: Seeded): readonly number[] {
  return Array.from({ length: nodes }, () =>
    random.chance(WRONG_RATE) ? random.between(-MAX_SKEW, MAX_SKEW) : 0
  )
}

/** The same with clocks that are set; in a closed swarm one is set back over the end of the week. */
export function withClocks(plan: Plan, random: Seeded): Plan {
  const back = random.stream('back')
  const isSetBack = plan.members !== undefined && back.chance(BACK_RATE)
  const changed = isSetBack ? setBack(plan, back) : plan
  if (!random.chance(SET_RATE)) return changed
  const count = 1 + random.below(MAX_SETS)
  const steps = Array.from({ length: count }, () => {
    const skew = random.chance(RIGHT_RATE) ? 0 : random.between(-MAX_SKEW, MAX_SKEW)
    return setClock(random.next() * plan.end, random.below(plan.nodes), skew)
  })
  return { ...changed, steps: inOrder([...changed.steps, ...steps]) }
}

/** A clock is ahead at the end of the week, and is set right before the others get there. */
function setBack(plan: Plan, random: Seeded): Plan {
  const node = random.below(plan.nodes)
  const week = random.between(WEEK_FROM, 1) * plan.end
  const forth = Math.max(0, week - random.between(MIN_AHEAD, MAX_SKEW))
  const back = random.between(forth, week)
  const clocks = [setClock(forth, node, week - forth), setClock(back, node, 0)]
  const changes = changesOf(node, { forth, back, week }, random)
  return { ...plan, begin: EPOCH - week, steps: inOrder([...plan.steps, ...clocks, ...changes]) }
}

function setClock(at: number, node: number, skew: number): Step {
  return { at, kind: 'set-clock', node, subject: 0, skew }
}

interface Turns {
  readonly forth: number
  readonly back: number
  readonly week: number
}

/** What the node says of some facts before its clock is set forth, in the next week, and in this one again. */
function changesOf(node: number, { forth, back, week }: Turns, random: Seeded): Step[] {
  const step = (at: number, kind: Step['kind'], subject = 0): Step => {
    return { at, kind, node, subject, chained: { writes: 0 } }
  }
  const first = Math.max(0, forth - random.next() * SOON)
  const facts = Array.from({ length: FACTS }, () => ownSubject(random))
  return [
    ...facts.map((subject) => step(first, 'distill', subject)),
    step(first, 'broadcast'),
    ...facts.flatMap((subject) => [
      step(random.between(forth, back), random.pick(['dispute', 'vouch']), subject),
      step(random.between(back, week), 'revote', subject)
    ])
  ]
}
