/**
 * The probability that a skill is promoted within the window, given its trials.
 *
 * Exact under a Beta(2, 1) prior of the rate (skills that pass their declared tests succeed more
 * often than not). The wealth depends on the counts alone, so the probability follows by backward
 * induction over all counts of the window, with the Beta-binomial predictive for each next outcome
 * (Gelman et al., "Bayesian Data Analysis", 3rd ed., section 2.4). 20,000 cells, computed once.
 */
import { WINDOW } from './constants.ts'
import { isPromotable, isRejectable } from './e-process.ts'
import type { Counts } from './counts.ts'

export const PRIOR = { successes: 2, failures: 1 } as const

/** Posterior mean of the rate, 0 to 1. */
export function predictedReliability({ trials, successes }: Counts): number {
  return (successes + PRIOR.successes) / (trials + PRIOR.successes + PRIOR.failures)
}

/** 0 to 1. After the window: 1 with enough evidence, else 0. */
export function predictedPromotion(counts: Counts): number {
  if (counts.trials > WINDOW) return isPromotable(counts) ? 1 : 0
  table ??= induce()
  return table[cellOf(counts)] ?? 0
}

let table: Float64Array | undefined

function induce(): Float64Array {
  const cells = new Float64Array(((WINDOW + 1) * (WINDOW + 2)) / 2)
  for (let trials = WINDOW; trials >= 0; trials--) {
    for (let successes = 0; successes <= trials; successes++) {
      const counts = { trials, successes }
      cells[cellOf(counts)] = chanceAt(counts, cells)
    }
  }
  return cells
}

function chanceAt(counts: Counts, cells: Float64Array): number {
  if (isPromotable(counts)) return 1
  const { trials, successes } = counts
  if (trials === WINDOW || isRejectable(counts)) return 0
  const success = predictedReliability(counts)
  const after = cells[cellOf({ trials: trials + 1, successes: successes + 1 })] ?? 0
  const otherwise = cells[cellOf({ trials: trials + 1, successes })] ?? 0
  return success * after + (1 - success) * otherwise
}

function cellOf({ trials, successes }: Counts): number {
  return (trials * (trials + 1)) / 2 + successes
}
