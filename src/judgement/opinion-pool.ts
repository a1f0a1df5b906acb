/**
 * Pooling: one confidence out of what several authors claim.
 *
 * A logarithmic opinion pool (Genest and Zidek, Statistical Science 1(1), 1986): the weighted mean of
 * the claims' log-odds. A dispute with confidence c claims 1 - c. Each claim counts at most one unit
 * of log-odds (a factor of e) away from the weighted median, as in Huber's M-estimator (Annals of
 * Mathematical Statistics 35(1), 1964), so that who claims 0 or 1 outweighs nobody: while those who
 * claim between a and b hold more than half of the weight, the pool is at most half a unit outside of
 * a and b, whatever the others claim. The result depends on the set of claims alone.
 */
import type { Vote } from '../../crdt/index.ts'

export interface Opinion {
  readonly vote: Exclude<Vote, 'none'>
  /** 0 to 1. */
  readonly confidence: number
  /** Above 0. */
  readonly weight: number
}

/** No confidence counts for more than odds of 99 to 1. */
const MAX_CONFIDENCE = 0.99

/** The most that an opinion may differ from the median, in log-odds. */
const MAX_DISTANCE = 1

/** Confidences are stored in thousandths. */
const SCALE = 1000

interface WeightedLogit {
  readonly logit: number
  readonly weight: number
}

/** 0 to 1, in thousandths; 0 without opinions. */
export function poolOpinions(opinions: readonly Opinion[]): number {
  if (opinions.length === 0) return 0
  const logits = opinions.map(logitOf).toSorted((a, b) => a.logit - b.logit || a.weight - b.weight)
  const median = weightedMedian(logits)
  let sum = 0
  let weights = 0
  for (const { logit, weight } of logits) {
    sum += weight * Math.min(median + MAX_DISTANCE, Math.max(median - MAX_DISTANCE, logit))
    weights += weight
  }
  return Math.round(SCALE / (1 + Math.exp(-sum / weights))) / SCALE
}

function logitOf({ vote, confidence, weight }: Opinion): WeightedLogit {
  const claimed = vote === 'vouch' ? confidence : 1 - confidence
  const bounded = Math.min(MAX_CONFIDENCE, Math.max(1 - MAX_CONFIDENCE, claimed))
  return { logit: Math.log(bounded / (1 - bounded)), weight }
}

/** Half of the weight lies at or below it, and half at or above it. */
function weightedMedian(sorted: readonly WeightedLogit[]): number {
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2
  let below = 0
  for (const [i, { logit, weight }] of sorted.entries()) {
    below += weight
    if (below > half) return logit
    if (below === half) return (logit + (sorted[i + 1]?.logit ?? logit)) / 2
  }
  return sorted.at(-1)?.logit ?? 0
}
