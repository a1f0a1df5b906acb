/**
 * Drift of a promoted skill: Page's CUSUM ("Continuous inspection schemes", Biometrika 1954) of the
 * log-likelihood ratio of a rate of 0.6 against 0.8. At rates of 0.8 and above the mean number of
 * trials to a false alarm is at least e^threshold (Lorden, Annals of Mathematical Statistics 1971).
 */
import { COLLAPSE_RATE, DRIFT_RATE, PROMOTION_RATE, TRIALS_BETWEEN_ALARMS } from './constants.ts'
import { addOutcome, NO_TRIALS } from './counts.ts'
import type { Counts } from './counts.ts'

export interface Drift {
  readonly sum: number
  /** Trials since the sum was last 0. */
  readonly run: Counts
}

export type DriftVerdict = 'steady' | 'drifted' | 'collapsed'

export const NO_DRIFT: Drift = { sum: 0, run: NO_TRIALS }

const SUCCESS = Math.log(DRIFT_RATE / PROMOTION_RATE)
const FAILURE = Math.log((1 - DRIFT_RATE) / (1 - PROMOTION_RATE))
const THRESHOLD = Math.log(TRIALS_BETWEEN_ALARMS)

export function updateDrift({ sum, run }: Drift, ok: boolean): Drift {
  const next = sum + (ok ? SUCCESS : FAILURE)
  return next <= 0 ? NO_DRIFT : { sum: next, run: addOutcome(run, ok) }
}

export function driftVerdict({ sum, run }: Drift): DriftVerdict {
  if (sum < THRESHOLD) return 'steady'
  return run.successes <= COLLAPSE_RATE * run.trials ? 'collapsed' : 'drifted'
}
