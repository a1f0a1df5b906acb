/** What happens in a simulation: drawn from the seed before it begins, so that it can be shortened. */
import { EPOCH } from '../environment/virtual-time.ts'
import { MANNERS } from '../lies/manner.ts'
import { withChains, withCloneChain } from './chains.ts'
import { skewsOf, withClocks } from './clocks.ts'
import { closedPlan, doorPlan, successionPlan } from './closed-plan.ts'
import { copiedPlan, damagedPlan } from './disk-plan.ts'
import { FAULTS, WORK } from './kinds.ts'
import { withNewer } from './newer-plan.ts'
import { inOrder } from './step.ts'
import { sizeOf, temperOf } from './temper.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { Plan, Step } from './step.ts'
import type { Size, Temper } from './temper.ts'

/** Undefined: the seed says. */
export interface PlanSettings {
  readonly nodes?: number
  /** Virtual minutes. */
  readonly minutes?: number
  /** Whether the swarm is small, where its size is not given. */
  readonly isSmall?: boolean
  /** Whether the swarm is closed. */
  readonly isClosed?: boolean
  /** Whether disks are damaged. */
  readonly isDamaged?: boolean
  /** Whether directories are copied or old, where disks are whole. */
  readonly isCopied?: boolean
  /** Whether the door of a closed swarm is tried. */
  readonly isAtDoor?: boolean
  /** Whether one node is of a later version, where nobody lies. */
  readonly isMixed?: boolean
}

/** Steps of work a minute of each node. */
const PACE = 20

/** Steps of one burst, and the milliseconds in which they come. */
const BURST = 6
const BURST_TIME = 300

/** The part of all seeds whose swarm is closed. */
const CLOSED_RATE = 0.45

/** The part of closed swarms whose door is tried. */
const DOOR_RATE = 0.5

/** The part of all seeds with damaged disks, and of the others with directories that are copied. */
const DAMAGE_RATE = 0.2
const DIRECTORY_RATE = 0.25

/** Lies of a stranger, and votes of others on what is new then. */
const MIN_LIES = 2
const MAX_LIES = 8
const MAX_ECHOES = 3

/** The part of the work before the first lie. Later work may hide the effect of a lie, so some lies come late. */
const LIES_FROM = [0, 0, 0.8] as const

/** Milliseconds from a lie to such a vote, at most. */
const ECHO = 20_000

/** The part of all seeds whose nodes wait for their timers at the end. */
const PATIENT_RATE = 1 / 8

/** The part of all seeds in which nodes end between two writes while held votes leave, and those writes. */
const LATE_RATE = 0.7
const LATE_WRITES = [1, 1, 2, 3] as const

/** Milliseconds of a turn of the event loop on an idle processor and on busy ones, at most. */
const TURNS = [0, 0, 20, 150] as const

export function planOf(seed: number, random: Seeded, settings: PlanSettings): Plan {
  const temper = temperOf(random.stream('temper'))
  const size = sizeOf(random.stream('size'), settings, settings.isSmall)
  const plan = openPlan(seed, random, temper, size)
  // Of a stream of its own each: what one of them draws changes no other.
  const drawn = random.stream('closed')
  const isDrawn = drawn.chance(CLOSED_RATE)
  const isClosed = settings.isClosed ?? isDrawn
  const closed = isClosed ? closedPlan(plan, drawn, temper) : plan
  const doors = random.stream('doors')
  const hasDoor = doors.chance(DOOR_RATE)
  const isAtDoor = isClosed && size.nodes > 2 && (settings.isAtDoor ?? hasDoor)
  const whole = isAtDoor
    ? successionPlan(doorPlan(closed, doors), random.stream('succession'))
    : closed
  const mixed = withNewer(whole, random.stream('newer'), settings.isMixed)
  const chained = withChains(mixed, random.stream('chains'))
  const cloned = withCloneChain(chained, random.stream('clones'))
  const clocked = withClocks(cloned, random.stream('clocks'))
  const lying = withLies(clocked, random.stream('lies'))
  const damages = random.stream('damages')
  const hasDamage = damages.chance(DAMAGE_RATE)
  if (settings.isDamaged ?? hasDamage) return damagedPlan(lying, damages)
  const directories = random.stream('directories')
  const hasCopies = directories.chance(DIRECTORY_RATE)
  return (settings.isCopied ?? hasCopies) ? copiedPlan(lying, directories) : lying
}

function openPlan(seed: number, random: Seeded, temper: Temper, { nodes, minutes }: Size): Plan {
  const end = minutes * 60_000
  const count = Math.ceil(PACE * minutes * nodes)
  const steps: Step[] = []
  for (const at of timesOf(count, end, random, temper)) {
    const before = random.chance(temper.focus) ? steps.at(-1) : undefined
    const drawn = { node: random.below(nodes), subject: random.below(temper.subjects) }
    const { node, subject } = before ?? drawn
    const isFault = random.chance(temper.faults)
    const kind = isFault ? temper.pick(FAULTS, random) : temper.pick(WORK, random)
    steps.push({ at, kind, node, subject })
  }
  return {
    seed,
    begin: EPOCH,
    end,
    members: undefined,
    nodes,
    subjects: temper.subjects,
    k: 1 + random.below(2),
    lightNodes: random.chance(0.3) && nodes > 3 ? 1 : 0,
    manner: nodes > 2 ? random.pick(MANNERS) : 'honest',
    steps,
    isSlowDisk: random.chance(0.3),
    skews: skewsOf(nodes, random),
    hasSlowReads: random.chance(0.3),
    isFollowed: random.chance(0.7),
    turn: random.pick(TURNS),
    areLiesShown: random.chance(0.5),
    isPatient: random.stream('ending').chance(PATIENT_RATE),
    lateWrites: lateWritesOf(random.stream('late'))
  }
}

function lateWritesOf(random: Seeded): number | undefined {
  return random.chance(LATE_RATE) ? random.pick(LATE_WRITES) : undefined
}

/** The same with lies of the last node; some strangers tell none. In some seeds others vote on them. */
function withLies(plan: Plan, random: Seeded): Plan {
  if (plan.manner === 'honest') return plan
  const count = MIN_LIES + random.below(MAX_LIES - MIN_LIES + 1)
  const from = random.stream('from').pick(LIES_FROM) * plan.end
  const lies = Array.from({ length: count }, () => ({
    at: random.between(from, plan.end),
    kind: 'lie' as const,
    node: plan.nodes - 1,
    subject: 0
  }))
  const echoes = random.stream('echoes')
  const most = echoes.pick([0, MAX_ECHOES])
  const votes = lies.flatMap(({ at }) =>
    Array.from({ length: echoes.below(most + 1) }, () => ({
      at: Math.min(plan.end, at + echoes.next() * ECHO),
      kind: echoes.pick(['vouch', 'dispute'] as const),
      node: echoes.below(plan.nodes - 1),
      subject: echoes.below(plan.subjects)
    }))
  )
  return { ...plan, steps: inOrder([...plan.steps, ...lies, ...votes]) }
}

function timesOf(count: number, end: number, random: Seeded, { hasBursts }: Temper): number[] {
  const group = hasBursts ? BURST : 1
  const times = Array.from({ length: Math.ceil(count / group) }, () => random.next() * end)
  return times
    .flatMap((at) =>
      Array.from({ length: group }, () => at + random.next() * (group - 1) * (BURST_TIME / BURST))
    )
    .toSorted((a, b) => a - b)
}
