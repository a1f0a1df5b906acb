/** What happens in a simulation: drawn from the seed before it begins, so that it can be shortened. */
import { EPOCH } from './environment/virtual-time.ts'
import { CLOSED_MANNERS, MANNERS } from './manner.ts'
import type { Manner } from './manner.ts'
import type { DoorRole } from './members/closed-swarm.ts'
import type { Seeded } from './environment/seeded-bytes.ts'

export interface PlanSettings {
  readonly nodes: number
  /** Virtual minutes. */
  readonly minutes: number
  /** Whether the swarm is closed; undefined: the seed says. */
  readonly isClosed?: boolean
  /** Whether disks are damaged; undefined: the seed says. */
  readonly isDamaged?: boolean
  /** Whether directories are copied or old, where disks are whole; undefined: the seed says. */
  readonly isCopied?: boolean
  /** Whether the door of a closed swarm is tried; undefined: the seed says. */
  readonly isAtDoor?: boolean
}

/** Work of an agent; `subject` chooses a fact, a record or a goal. */
export const WORK = [
  'distill',
  'distill',
  'distill',
  'broadcast',
  'broadcast',
  'vouch',
  'dispute',
  'stale',
  'retract',
  'forget',
  'recall',
  'insights',
  'goal',
  'insert-step',
  'edit-step',
  'move-step',
  'remove-step',
  'add-skill',
  'use-skill',
  'use-skill',
  'compact',
  'rebuild-filters',
  'synchronize'
] as const

/** What goes wrong, and what ends it. */
export const FAULTS = [
  'crash-process',
  'crash-power',
  'restart',
  'partition',
  'heal',
  'break-connection',
  'slow-node',
  'disk-full',
  'slow-disk'
] as const

/** Added in a closed swarm. */
export const CLOSED_WORK = ['count', 'count', 'publish-counts', 'revote', 'revote'] as const

/** Authors change at each: a kept one goes on after a restart. */
const CLOSED_STEPS = [...CLOSED_WORK, 'restart', 'restart', 'restart', 'crash-process'] as const

/** Leaps of all clocks by a week, in a closed swarm, at most. One more week ends by itself. */
const MAX_WEEKS = 2

/** A power failure that tears the log of the disk, and one with a bit that flips at rest. */
const DISK_FAULTS = ['torn-log', 'torn-log', 'flipped-bit'] as const

export type StepKind =
  | (typeof WORK)[number]
  | (typeof FAULTS)[number]
  | (typeof CLOSED_STEPS)[number]
  | 'week'
  | (typeof DOOR_STEPS)[number]
  | (typeof DISK_FAULTS)[number]
  | (typeof DIRECTORY_STEPS)[number]

/** A directory is copied, the copy is put back, and a store is of an older version. */
const DIRECTORY_STEPS = ['copy', 'restore', 'downgrade'] as const

/** A newcomer joins by an invite, and a member is revoked. */
const DOOR_STEPS = ['join', 'revoke'] as const

export interface Step {
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly kind: StepKind
  /** Index of the node. */
  readonly node: number
  readonly subject: number
}

export interface Plan {
  readonly seed: number
  /** Milliseconds since 1970. */
  readonly begin: number
  /** In a closed swarm: the member of each node. Two nodes of one member are clones. */
  readonly members: readonly number[] | undefined
  /** In a closed swarm whose door is tried: how each node comes in. */
  readonly roles?: readonly DoorRole[]
  readonly nodes: number
  readonly k: number
  readonly lightNodes: number
  /** How the last node behaves. */
  readonly manner: Manner
  readonly steps: readonly Step[]
  readonly isSlowDisk: boolean
  /** Many reads take long, so that others overtake them. */
  readonly hasSlowReads: boolean
  readonly skews: readonly number[]
}

/** Steps of work a minute of each node. */
const PACE = 20

/** The part of all steps that are faults. */
const FAULT_RATE = 0.12

/** The part of all seeds whose swarm is closed. */
const CLOSED_RATE = 0.4

/** The part of all seeds with damaged disks, and damages in one. */
const DAMAGE_RATE = 0.25
const MAX_DAMAGES = 6

/** The part of seeds with whole disks in which directories are copied or old, and how often in one. */
const DIRECTORY_RATE = 0.25
const MAX_DIRECTORIES = 2

/** Milliseconds from the work of a node to a copy of its directory, and from there to more work. */
const COPY_LEAD = 16_000
const COPIED_WORK = ['distill', 'broadcast'] as const

/** The part of closed swarms with a clone. */
const CLONE_RATE = 0.4

/** The part of closed swarms whose door is tried. */
const DOOR_RATE = 0.5

/** Milliseconds from a cut of the network to a revocation, and until the network is whole. */
const CUT_BEFORE = 4_000
const CUT_AFTER = 15_000

/** Steps of a closed swarm, as a part of all other ones. */
const CLOSED_STEP_RATE = 0.25

/** Subjects that the nodes of a swarm share, so that their work meets. */
const SUBJECTS = 24

/** Milliseconds by which a clock may be wrong. */
const MAX_SKEW = 90_000

export function planOf(seed: number, random: Seeded, settings: PlanSettings): Plan {
  const plan = openPlan(seed, random, settings)
  // Of a stream of its own: the plans of open swarms are what they were.
  const drawn = random.stream('closed')
  const isDrawn = drawn.chance(CLOSED_RATE)
  const isClosed = settings.isClosed ?? isDrawn
  const closed = isClosed ? closedPlan(plan, drawn, settings) : plan
  const doors = random.stream('doors')
  const hasDoor = doors.chance(DOOR_RATE)
  const isAtDoor = isClosed && settings.nodes > 3 && (settings.isAtDoor ?? hasDoor)
  const whole = isAtDoor ? doorPlan(closed, doors, settings) : closed
  const damages = random.stream('damages')
  const hasDamage = damages.chance(DAMAGE_RATE)
  if (settings.isDamaged ?? hasDamage) return damagedPlan(whole, damages, settings)
  const directories = random.stream('directories')
  const hasCopies = directories.chance(DIRECTORY_RATE)
  return (settings.isCopied ?? hasCopies) ? copiedPlan(whole, directories, settings) : whole
}

/** The same with directories that are copied and put back, or of an older version. */
function copiedPlan(plan: Plan, random: Seeded, { nodes, minutes }: PlanSettings): Plan {
  const end = minutes * 60_000
  const added = Array.from({ length: 1 + random.below(MAX_DIRECTORIES) }, (): Step[] => {
    const step = { node: random.below(nodes), subject: random.below(SUBJECTS) }
    const at = (0.1 + random.next() * 0.5) * end
    // Statements that were stored are promised to be there, so a door has no copies.
    if (plan.roles !== undefined || random.chance(0.3)) return [{ ...step, at, kind: 'downgrade' }]
    const later = at + (0.3 + random.next() * 0.5) * (end - at)
    // The node publishes before the copy, after it, and as soon as it runs again.
    const published = [at - COPY_LEAD, at + COPY_LEAD, later + COPY_LEAD].flatMap((time) =>
      COPIED_WORK.map((kind, i) => ({
        node: step.node,
        kind,
        at: time + i,
        subject: random.below(SUBJECTS)
      }))
    )
    return [{ ...step, at, kind: 'copy' }, { ...step, at: later, kind: 'restore' }, ...published]
  })
  return { ...plan, steps: [...plan.steps, ...added.flat()].toSorted((a, b) => a.at - b.at) }
}

function damagedPlan(plan: Plan, random: Seeded, { nodes, minutes }: PlanSettings): Plan {
  const damages = Array.from({ length: 1 + random.below(MAX_DAMAGES) }, () => ({
    at: random.next() * minutes * 60_000,
    kind: random.pick(DISK_FAULTS),
    node: random.below(nodes),
    subject: 0
  }))
  return { ...plan, steps: [...plan.steps, ...damages].toSorted((a, b) => a.at - b.at) }
}

/**
 * The same with certificates that end, a newcomer, and a revocation, at times while the network is cut.
 * All nodes keep to the protocol; one may have no certificate.
 */
function doorPlan(plan: Plan, random: Seeded, { nodes, minutes }: PlanSettings): Plan {
  const end = minutes * 60_000
  const hasOutsider = nodes > 4 && random.chance(0.5)
  const roles = Array.from({ length: nodes }, (_, number): DoorRole => {
    if (number === 0) return 'first'
    if (number === nodes - 1 && hasOutsider) return 'outsider'
    return number === nodes - (hasOutsider ? 2 : 1) ? 'late' : 'member'
  })
  const late = roles.indexOf('late')
  const step = (at: number, kind: StepKind, node = 0): Step => ({ at, kind, node, subject: 0 })
  const joins = random.next() * 0.4 * end
  const revokes = joins + (0.1 + random.next() * 0.5) * (end - joins)
  // The newcomer or another member.
  const victim = random.chance(0.5) ? late : 1 + random.below(late)
  const cut = random.chance(0.6)
    ? [step(Math.max(0, revokes - CUT_BEFORE), 'partition'), step(revokes + CUT_AFTER, 'heal')]
    : []
  const added = [step(joins, 'join', late), step(revokes, 'revoke', victim), ...cut]
  return {
    ...plan,
    manner: 'honest',
    lightNodes: 0,
    members: roles.map((_, number) => number),
    roles,
    steps: [...plan.steps, ...added].toSorted((a, b) => a.at - b.at)
  }
}

/** The same in a closed swarm, in which a week of the clock ends. */
function closedPlan(plan: Plan, random: Seeded, { nodes, minutes }: PlanSettings): Plan {
  const manner = nodes > 3 ? random.pick(CLOSED_MANNERS) : 'honest'
  const honest = manner === 'honest' ? nodes : nodes - 1
  const members = Array.from({ length: nodes }, (_, number) => number)
  if (honest > 1 && random.chance(CLONE_RATE)) members[honest - 1] = random.below(honest - 1)
  const at = (): number => random.next() * minutes * 60_000
  const weeks = Array.from({ length: random.below(MAX_WEEKS + 1) }, () => ({
    at: at(),
    kind: 'week' as const,
    node: 0,
    subject: 0
  }))
  const added = Array.from({ length: Math.ceil(plan.steps.length * CLOSED_STEP_RATE) }, () => ({
    at: at(),
    kind: random.pick(CLOSED_STEPS),
    node: random.below(nodes),
    subject: random.below(SUBJECTS)
  }))
  return {
    ...plan,
    manner,
    begin: EPOCH - at(),
    members,
    steps: [...plan.steps, ...added, ...weeks].toSorted((a, b) => a.at - b.at)
  }
}

function openPlan(seed: number, random: Seeded, { nodes, minutes }: PlanSettings): Plan {
  const count = Math.ceil(PACE * minutes * nodes)
  const times = Array.from({ length: count }, () => random.next() * minutes * 60_000)
  const steps = times
    .toSorted((a, b) => a - b)
    .map((at) => ({
      at,
      kind: random.chance(FAULT_RATE) ? random.pick(FAULTS) : random.pick(WORK),
      node: random.below(nodes),
      subject: random.below(SUBJECTS)
    }))
  return {
    seed,
    begin: EPOCH,
    members: undefined,
    nodes,
    k: 1 + random.below(2),
    lightNodes: random.chance(0.3) && nodes > 3 ? 1 : 0,
    manner: nodes > 3 ? random.pick(MANNERS) : 'honest',
    steps,
    isSlowDisk: random.chance(0.3),
    skews: Array.from({ length: nodes }, () =>
      random.chance(0.2) ? random.between(-MAX_SKEW, MAX_SKEW) : 0
    ),
    hasSlowReads: random.chance(0.3)
  }
}
