/**
 * A bet on counts of trials that are taken as independent. Used for the counts of other authors,
 * which have no order; the evidence of the uses of this node is in e-process.ts.
 *
 * A bet on the rate q multiplies the wealth by q/0.8 for a success and (1-q)/0.2 for a failure. For
 * q above 0.8 its mean is at most 1 whenever the rate is at most 0.8 (Shafer, "Testing by betting",
 * JRSS A, 2021).
 */
import { PROMOTION_RATE } from './constants.ts'
import type { Counts } from './counts.ts'

/** Shares of the initial wealth; they sum to 1. */
const BETS = [
  { rate: 0.85, weight: 0.1 },
  { rate: 0.9, weight: 0.2 },
  { rate: 0.95, weight: 0.5 },
  { rate: 0.99, weight: 0.2 }
] as const

/** Natural logarithm of the wealth; `power` up to 1 weakens every bet (see remote-evidence.ts). */
export function logWealthOfCounts({ trials, successes }: Counts, power = 1): number {
  const failures = trials - successes
  const logs = BETS.map(
    ({ rate, weight }) =>
      Math.log(weight) +
      power *
        (successes * Math.log(rate / PROMOTION_RATE) +
          failures * Math.log((1 - rate) / (1 - PROMOTION_RATE)))
  )
  const top = Math.max(...logs)
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0))
}
