/** What happens to the disks of a plan: damage, copies that are put back, stores of an older version. */
import { DISK_FAULTS } from './kinds.ts'
import { inOrder, ownSubject, privateSubject } from './step.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { StepKind } from './kinds.ts'
import type { Plan, Step } from './step.ts'

/** Damages of one plan, and directories that are copied or old, at most. */
const MAX_DAMAGES = 6
const MAX_DIRECTORIES = 2

/** What the node does with one fact before a bit flips, and after it. */
const AROUND: readonly (readonly [before: readonly StepKind[], after: readonly StepKind[]])[] = [
  [['distill', 'broadcast'], ['forget']],
  [['distill', 'broadcast'], ['dispute']],
  [['distill', 'broadcast', 'retract'], ['broadcast']],
  [
    ['distill', 'broadcast', 'dispute'],
    ['retract', 'vouch']
  ],
  [
    ['distill', 'recall', 'forget'],
    ['recall', 'insights']
  ],
  [['distill'], ['recall', 'broadcast']],
  [['distill', 'broadcast'], ['synchronize']]
]
const AROUND_RATE = 0.7

/** The part of facts that are private, of those that were not published before the damage. */
const PRIVATE_RATE = 0.7

/** Milliseconds from one of these steps to the next, at most: entries are hidden for a moment only. */
const STEPS = [300, 6_000] as const

/** Milliseconds until a node runs again. */
const DOWN = 8_000

/** Milliseconds from the work of a node to a copy of its directory, and from there to more work. */
const COPY_LEAD = 16_000
const COPIED_WORK = ['distill', 'broadcast'] as const
const COPIED_SUBJECTS = 700
const PUBLIC = 7

/** The same with damaged disks. */
export function damagedPlan(plan: Plan, random: Seeded): Plan {
  const damages = Array.from({ length: 1 + random.below(MAX_DAMAGES) }, () => {
    const at = random.next() * plan.end
    const kind = random.pick(DISK_FAULTS)
    const damage = { at, kind, node: random.below(plan.nodes), subject: random.below(2) }
    return kind === 'flipped-bit' && random.chance(AROUND_RATE) ? around(damage, random) : [damage]
  })
  return { ...plan, steps: inOrder([...plan.steps, ...damages.flat()]) }
}

/** The damage, with work of its node before it and after it. */
function around(damage: Step, random: Seeded): Step[] {
  const [before, after] = random.pick(AROUND)
  const shared = ownSubject(random)
  const isPrivate = before.length === 1 && random.chance(PRIVATE_RATE)
  const subject = isPrivate ? privateSubject(shared) : shared
  const step = (at: number, kind: StepKind): Step => {
    return { at, kind, node: damage.node, subject, chained: { writes: 0 } }
  }
  const pause = random.pick(STEPS)
  let time = damage.at
  const earlier = before.toReversed().map((kind) => step((time -= random.next() * pause), kind))
  time = damage.at + DOWN
  const later = after.map((kind) => step((time += random.next() * pause), kind))
  return [...earlier, damage, ...later]
}

/** A store of an older version, with votes that were changed or taken back before. */
function downgraded(node: number, at: number, random: Seeded): Step[] {
  const work = random.stream('before')
  const subject = ownSubject(work)
  const last: StepKind = work.pick(['dispute', 'retract', 'compact'] as const)
  const changes: readonly StepKind[] = ['distill', 'broadcast', last]
  const begin = at - work.next() * COPY_LEAD
  const step = (time: number, kind: StepKind): Step => {
    return { at: time, kind, node, subject, chained: { writes: 0 } }
  }
  const times = changes.map(() => work.between(begin, at)).toSorted((a, b) => a - b)
  return [...changes.map((kind, i) => step(times[i] ?? at, kind)), step(at, 'downgrade')]
}

/** The same with directories that are copied and put back, or of an older version. */
export function copiedPlan(plan: Plan, random: Seeded): Plan {
  const { end, nodes, subjects } = plan
  const added = Array.from({ length: 1 + random.below(MAX_DIRECTORIES) }, (_, i): Step[] => {
    const step = { node: random.below(nodes), subject: random.below(subjects) }
    const at = COPY_LEAD + random.next() * 0.5 * end
    // Statements that were stored are promised to be there, so a door has no copies.
    if (plan.roles !== undefined || random.chance(0.3)) return downgraded(step.node, at, random)
    const later = at + COPY_LEAD + (0.1 + random.next() * 0.5) * end
    // The node publishes before the copy, after it, and as soon as it runs again.
    const published = [at - COPY_LEAD / 2, at + COPY_LEAD, later + COPY_LEAD].flatMap((time, j) =>
      COPIED_WORK.map((kind, k) => ({
        node: step.node,
        kind,
        at: time + k,
        // Facts of its own, which are not private.
        subject: COPIED_SUBJECTS + PUBLIC * (3 * i + j)
      }))
    )
    const isSnapshot = random.chance(0.6)
    const restore = { ...step, at: later, kind: 'restore', subject: isSnapshot ? 0 : 1 } as const
    return [{ ...step, at, kind: 'copy' }, restore, ...published]
  })
  return { ...plan, steps: inOrder([...plan.steps, ...added.flat()]) }
}
