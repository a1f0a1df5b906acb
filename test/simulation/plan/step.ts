/** What a plan is made of. */
import { NEWER } from '../lies/manner.ts'
import type { Manner } from '../lies/manner.ts'
import type { DoorRole } from '../members/closed-swarm.ts'
import type { Seeded } from '../environment/seeded-bytes.ts'
import type { StepKind } from './kinds.ts'

export interface Step {
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly kind: StepKind
  /** Index of the node. */
  readonly node: number
  readonly subject: number
  /** Of a clock that is set: milliseconds by which it is wrong from then on. */
  readonly skew?: number
  /** Of a chain: it is about the step's fact wherever that is a record. */
  readonly chained?: {
    /** Writes after which its fault comes, of a disk that gets full or a process that ends. */
    readonly writes: number
  }
}

export interface Plan {
  readonly seed: number
  /** Milliseconds since 1970. */
  readonly begin: number
  /** Milliseconds of the work. */
  readonly end: number
  /** In a closed swarm: the member of each node. Two nodes of one member are clones. */
  readonly members: readonly number[] | undefined
  /** In a closed swarm whose door is tried: how each node comes in. */
  readonly roles?: readonly DoorRole[]
  readonly nodes: number
  /** Facts, records and goals that nodes share, so that their work meets. */
  readonly subjects: number
  readonly k: number
  readonly lightNodes: number
  /** How the last node behaves. */
  readonly manner: Manner
  /** At the end everybody hears both sides of each lie. */
  readonly areLiesShown: boolean
  readonly steps: readonly Step[]
  readonly isSlowDisk: boolean
  /** Many reads take long, so that others overtake them. */
  readonly hasSlowReads: boolean
  /** Somebody looks at each playbook that changes. */
  readonly isFollowed: boolean
  /** Milliseconds that a turn of the event loop takes, at most. */
  readonly turn: number
  /** A node ends after this number of writes while it publishes votes that have waited; undefined: none does. */
  readonly lateWrites: number | undefined
  /** At the end everybody waits for timers alone, long enough for each of them. */
  readonly isPatient: boolean
  readonly skews: readonly number[]
}

/** Whether nodes are updated: the entries of the later version have an author that a member introduces. */
export function hasUpdates({ manner, members }: Pick<Plan, 'manner' | 'members'>): boolean {
  return manner === NEWER && members !== undefined
}

/** One fact of seven is private. */
const PRIVATE_EVERY = 7

/** Whether facts of this subject stay on their node. */
export function isPrivateSubject(subject: number): boolean {
  return subject % PRIVATE_EVERY === PRIVATE_EVERY - 1
}

/** A private subject near this one. */
export function privateSubject(subject: number): number {
  return subject - (subject % PRIVATE_EVERY) + PRIVATE_EVERY - 1
}

/** The first subject that no other work is about, and how many of them there are. */
const OWN_SUBJECTS = 1_001
const OWN_COUNT = 1_000

/** A public subject that no other work is about: nothing comes between the steps of a chain. */
export function ownSubject(random: Seeded): number {
  return OWN_SUBJECTS + PRIVATE_EVERY * random.below(OWN_COUNT)
}

/** Steps in the order of their times. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((a, b) => a.at - b.at)
}
