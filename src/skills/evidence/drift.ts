/**
 * Drift of a promoted skill: Page's CUSUM ("Continuous inspection schemes", Biometrika 1954) of the
 * log-likelihood ratio of a rate of 0.6 against 0.8, for Markov chains with a correlation of
 * neighbours of 0.3: a failure after a failure says less than one after a success. Under the chain
 * with rate 0.8 the mean number of uses to a false alarm is at least e^threshold (Lorden, Annals of
 * Mathematical Statistics 1971).
 */
import {
  DRIFT_CORRELATION,
  DRIFT_RATE,
  PROMOTION_RATE,
  TRIALS_BETWEEN_ALARMS
} from './constants.ts'
import { addOutcome, NO_TRIALS } from './counts.ts'
import type { Counts } from './counts.ts'

export interface Drift {
  readonly sum: number
  /** Uses since the sum was last 0. */
  readonly run: Counts
  /** Whether the latest use failed. */
  readonly failed?: boolean
}

export const NO_DRIFT: Drift = { sum: 0, run: NO_TRIALS }

const THRESHOLD = Math.log(TRIALS_BETWEEN_ALARMS)

export function updateDrift({ sum, run, failed = false }: Drift, ok: boolean): Drift {
  const success = (rate: number): number =>
    rate * (1 - DRIFT_CORRELATION) + (failed ? 0 : DRIFT_CORRELATION)
  const before = success(PROMOTION_RATE)
  const after = success(DRIFT_RATE)
  const next = sum + Math.log(ok ? after / before : (1 - after) / (1 - before))
  return next <= 0
    ? { ...NO_DRIFT, failed: !ok }
    : { sum: next, run: addOutcome(run, ok), failed: !ok }
}

export function hasDrifted({ sum }: Drift): boolean {
  return sum >= THRESHOLD
}
