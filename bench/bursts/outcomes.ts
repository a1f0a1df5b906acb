/** Simulated outcomes in bursts, and how the benchmark prints shares and medians. */
import type { Random } from '../../test/fixtures/random.ts'

/** Uses of a long life. */
export const USES = 3_000

/** Uses within which most good skills must be promoted. */
export const HORIZON = 300

/** Milliseconds: later than any block of a caller. */
export const HOUR = 3_600_001

/** The outcome after `last` of a two-state Markov chain with this mean and correlation. */
export function nextOutcome(last: boolean, mean: number, rho: number, random: Random): boolean {
  return random() < mean * (1 - rho) + (last ? rho : 0)
}

export function percent(part: number, whole: number): string {
  return ((100 * part) / whole).toFixed(1)
}

/** `never` if half of them are infinite. */
export function middleOf(all: readonly number[]): string {
  const median = all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Infinity
  return median === Infinity ? 'never' : String(median)
}
