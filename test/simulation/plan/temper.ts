/**
 * The temper of a seed: how large its swarm is, and what happens there more often than elsewhere. Most
 * seeds leave out some kinds of steps and repeat others, so that what needs a few of them in a row happens
 * in some seeds, although it is rare where all happens alike (swarm testing, Groce et al., ISSTA 2012).
 */
import type { Seeded } from '../environment/seeded-bytes.ts'

export interface Temper {
  /** Facts, records and goals that the work is about: with few of them it meets often. */
  readonly subjects: number
  /** The part of all steps that are faults. */
  readonly faults: number
  /** Steps come in groups, at almost the same time. */
  readonly hasBursts: boolean
  /** The part of all steps that go on with the node and the subject of the one before. */
  readonly focus: number
  /** A kind of a list, as often as this seed has it. */
  pick<T extends string>(kinds: readonly T[], random: Seeded): T
}

export interface Size {
  readonly nodes: number
  /** Virtual minutes of work. */
  readonly minutes: number
}

/** Of the seeds, those in which all kinds happen alike. */
const EVEN_RATE = 0.2

/** How many times as often as elsewhere a kind happens. */
const FACTORS = [0, 0, 1, 1, 2, 6] as const

const SUBJECTS = [2, 4, 8, 24] as const
const EVEN_SUBJECTS = 24

const FAULT_RATES = [0.03, 0.12, 0.25] as const
const EVEN_FAULTS = 0.12

const BURST_RATE = 0.4

const FOCUS_RATES = [0, 0.5, 0.8] as const

/**
 * Most faults show with few nodes and little work, and such a seed takes a third of the time. Two nodes
 * have no liar and no door.
 */
const SMALL = { nodes: [2, 3, 3, 3, 3, 3, 4, 4], minutes: [0.5, 0.5, 0.75, 1] } as const
const LARGE = { nodes: [2, 3, 3, 4, 4, 4, 5, 5, 6, 7], minutes: [0.5, 0.5, 1, 1, 1, 2] } as const

const SMALL_RATE = 0.75

/** What is given stays; the seed says the rest. */
export function sizeOf(random: Seeded, given: Partial<Size>, isSmall?: boolean): Size {
  const drawnSmall = random.chance(SMALL_RATE)
  const { nodes, minutes } = (isSmall ?? drawnSmall) ? SMALL : LARGE
  const drawn = { nodes: random.pick<number>(nodes), minutes: random.pick<number>(minutes) }
  return { nodes: given.nodes ?? drawn.nodes, minutes: given.minutes ?? drawn.minutes }
}

export function temperOf(random: Seeded): Temper {
  const isEven = random.chance(EVEN_RATE)
  const subjects = random.pick(SUBJECTS)
  const faults = random.pick(FAULT_RATES)
  const hasBursts = random.chance(BURST_RATE)
  const focus = random.pick(FOCUS_RATES)
  if (isEven) {
    const pick = <T extends string>(kinds: readonly T[], stream: Seeded): T => stream.pick(kinds)
    return { subjects: EVEN_SUBJECTS, faults: EVEN_FAULTS, hasBursts: false, focus: 0, pick }
  }
  const factors = random.stream('factors')
  const pick = <T extends string>(kinds: readonly T[], stream: Seeded): T => {
    // Of its name alone: a new kind leaves the others as they are.
    const weights = kinds.map((kind) => factors.stream(kind).pick(FACTORS))
    return pickWeighted(kinds, weights, stream)
  }
  return { subjects, faults, hasBursts, focus, pick }
}

/** A kind by its weight; where all are 0 any. */
function pickWeighted<T>(kinds: readonly T[], weights: readonly number[], random: Seeded): T {
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0)
  if (left === 0) return random.pick(kinds)
  const at = weights.findIndex((weight) => (left -= weight) < 0)
  return kinds[at] ?? random.pick(kinds)
}
