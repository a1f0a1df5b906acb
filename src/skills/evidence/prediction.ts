/**
 * The probability that a skill is promoted within the window, given its uses.
 *
 * Under a Beta(2, 1) prior of the rate (skills that pass their declared tests succeed more often
 * than not) and independent outcomes from now on. Some rates are weighted by the posterior (Gelman
 * et al., "Bayesian Data Analysis", 3rd ed., section 2.4). For each, the log wealth at the end of
 * the window is that of the weakest reading with the expected pairs of outcomes, with a logistic
 * deviation.
 */
import { NO_PAIRS } from './chain.ts'
import { DECISION, isPromotable, logWealth } from './e-process.ts'
import { PROMOTION_RATE, WINDOW } from './constants.ts'
import { readingsOf } from './sequence.ts'
import { evidenceOf } from './uses.ts'
import type { Counts } from './counts.ts'
import type { Reading } from './sequence.ts'
import type { Uses } from './uses.ts'

export const PRIOR = { successes: 2, failures: 1 } as const

const STEPS = 100

/** The rates of the posterior; below the bound a promotion is an error, with at most 1 %. */
const RATES = Array.from({ length: STEPS }, (_, i) => (i + 0.5) / STEPS)

/** Scale of the log wealth's deviation at the end of a whole window, in nats (measured). */
const DEVIATION = 1.2

const predictions = new WeakMap<Uses, number>()

/** Posterior mean of the rate, 0 to 1. */
export function predictedReliability({ trials, successes }: Counts): number {
  return (successes + PRIOR.successes) / (trials + PRIOR.successes + PRIOR.failures)
}

/** 0 to 1. After the window: 1 with enough evidence, else 0. */
export function predictedPromotion(counts: Counts, uses: Uses): number {
  const known = predictions.get(uses)
  if (known !== undefined) return known
  const predicted = predict(counts, readingsOf(evidenceOf(uses).promotion))
  predictions.set(uses, predicted)
  return predicted
}

function predict({ trials, successes }: Counts, readings: readonly Reading[]): number {
  if (isPromotable(readings)) return 1
  const left = WINDOW - trials
  if (left <= 0) return 0
  const reading = weakestOf(readings)
  const a = successes + PRIOR.successes - 1
  const b = trials - successes + PRIOR.failures - 1
  const logs = RATES.map((rate) => a * Math.log(rate) + b * Math.log1p(-rate))
  const top = Math.max(...logs)
  let total = 0
  let promoted = 0
  for (const [i, rate] of RATES.entries()) {
    const weight = Math.exp((logs[i] ?? -Infinity) - top)
    total += weight
    if (rate <= PROMOTION_RATE || weight < 1e-4) continue
    const missing = DECISION - logWealth([withExpected(reading, rate, left)])
    promoted += weight / (1 + Math.exp(missing / (DEVIATION * Math.sqrt(left / WINDOW))))
  }
  return promoted / total
}

/** The reading with the least wealth: it is likely to decide last. */
function weakestOf(readings: readonly Reading[]): Reading {
  const wealths = readings.map((reading) => logWealth([reading]))
  return readings[wealths.indexOf(Math.min(...wealths))] ?? []
}

/** With the pairs that independent outcomes of a rate are expected to add. */
function withExpected(reading: Reading, rate: number, outcomes: number): Reading {
  const [{ ss, sf, fs, ff } = NO_PAIRS, ...others] = reading
  const success = rate * outcomes
  const failure = (1 - rate) * outcomes
  const pairs = {
    ss: ss + rate * success,
    sf: sf + (1 - rate) * success,
    fs: fs + rate * failure,
    ff: ff + (1 - rate) * failure
  }
  return [pairs, ...others]
}
