/**
 * Anytime-valid tests of a success rate by betting.
 *
 * A bet on the rate q multiplies the wealth by q/b for a success and (1-q)/(1-b) for a failure. For
 * q above b its mean is at most 1 whenever the rate is at most b (for q below b, whenever it is at
 * least b), so a weighted mean of such bets is a non-negative supermartingale that starts at 1, and
 * by Ville's inequality reaches 1/alpha ever with probability at most alpha: one may look after
 * each trial and stop at will. See Waudby-Smith and Ramdas, "Estimating means of bounded random
 * variables by betting" (JRSS B, 2024), and Shafer, "Testing by betting" (JRSS A, 2021).
 *
 * The wealth depends on the counts alone, not on the order of outcomes.
 */
import { ALPHA, PROMOTION_RATE, REJECTION_RATE } from './constants.ts'
import type { Counts } from './counts.ts'

export interface Bet {
  readonly rate: number
  /** Share of the initial wealth; the shares of a test sum to 1. */
  readonly weight: number
}

export interface Test {
  readonly bound: number
  readonly bets: readonly Bet[]
}

/** Against "the rate is at most 0.8". Most is staked on 0.95, where promotion should be fast. */
export const PROMOTION: Test = {
  bound: PROMOTION_RATE,
  bets: [
    { rate: 0.85, weight: 0.1 },
    { rate: 0.9, weight: 0.2 },
    { rate: 0.95, weight: 0.5 },
    { rate: 0.99, weight: 0.2 }
  ]
}

/** Against "the rate is at least 0.5". */
const REJECTION: Test = {
  bound: REJECTION_RATE,
  bets: [
    { rate: 0.05, weight: 0.3 },
    { rate: 0.2, weight: 0.4 },
    { rate: 0.35, weight: 0.3 }
  ]
}

/** The log wealth at which a test decides, in nats. */
const DECISION = Math.log(1 / ALPHA)

/** Natural logarithm of the wealth; `power` up to 1 weakens every bet (see remote-evidence.ts). */
export function logWealth({ bound, bets }: Test, { trials, successes }: Counts, power = 1): number {
  const failures = trials - successes
  const logs = bets.map(
    ({ rate, weight }) =>
      Math.log(weight) +
      power * (successes * Math.log(rate / bound) + failures * Math.log((1 - rate) / (1 - bound)))
  )
  const top = Math.max(...logs)
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0))
}

/** Whether the evidence suffices for promotion; `headStart` is the value of remote evidence. */
export function isPromotable(counts: Counts, headStart = 1): boolean {
  return logWealth(PROMOTION, counts) + Math.log(headStart) >= DECISION
}

export function isRejectable(counts: Counts): boolean {
  return logWealth(REJECTION, counts) >= DECISION
}

/** log E / log(1/alpha), 0 to 1. */
export function verificationProgress(counts: Counts, headStart = 1): number {
  const progress = (logWealth(PROMOTION, counts) + Math.log(headStart)) / DECISION
  return Math.min(1, Math.max(0, progress))
}
