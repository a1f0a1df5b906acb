/** What happens in a simulation: drawn from the seed before it begins, so that it can be shortened. */
import { MANNERS } from './manner.ts'
import type { Manner } from './manner.ts'
import type { Seeded } from './environment/seeded-bytes.ts'

export interface PlanSettings {
  readonly nodes: number
  /** Virtual minutes. */
  readonly minutes: number
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

export type StepKind = (typeof WORK)[number] | (typeof FAULTS)[number]

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
  readonly nodes: number
  readonly k: number
  readonly lightNodes: number
  /** How the last node behaves. */
  readonly manner: Manner
  readonly steps: readonly Step[]
  readonly isSlowDisk: boolean
  readonly skews: readonly number[]
}

/** Steps of work a minute of each node. */
const PACE = 20

/** The part of all steps that are faults. */
const FAULT_RATE = 0.12

/** Subjects that the nodes of a swarm share, so that their work meets. */
const SUBJECTS = 24

/** Milliseconds by which a clock may be wrong. */
const MAX_SKEW = 90_000

export function planOf(seed: number, random: Seeded, { nodes, minutes }: PlanSettings): Plan {
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
    nodes,
    k: 1 + random.below(2),
    lightNodes: random.chance(0.3) && nodes > 3 ? 1 : 0,
    manner: nodes > 3 ? random.pick(MANNERS) : 'honest',
    steps,
    isSlowDisk: random.chance(0.3),
    skews: Array.from({ length: nodes }, () =>
      random.chance(0.2) ? random.between(-MAX_SKEW, MAX_SKEW) : 0
    )
  }
}
