/**
 * Pooling: one confidence from the opinions of several authors.
 *
 * A logarithmic opinion pool (Genest and Zidek, Statistical Science 1(1), 1986): the mean of the
 * opinions' log-odds. A dispute with confidence c is an opinion of 1 - c. Each opinion counts at most
 * one unit of log-odds (a factor of e) away from the median, as in Huber's M-estimator (Annals of
 * Mathematical Statistics 35(1), 1964), so that an opinion of 0 or 1 does not outweigh the others.
 * While more than half of the opinions lie between a and b, the pool is at most half a unit outside
 * of a and b, whatever the other opinions are. The result depends on the set of opinions alone.
 */
import type { Vote } from '../../crdt/index.ts'

export interface Opinion {
  readonly vote: Exclude<Vote, 'none'>
  /** 0 to 1. */
  readonly confidence: number
}

/** No confidence counts for more than odds of 99 to 1. */
const MAX_CONFIDENCE = 0.99

/** The most that an opinion may differ from the median, in log-odds. */
const MAX_DISTANCE = 1

/** Confidences are stored in thousandths. */
const SCALE = 1000

/** 0 to 1, in thousandths; 0 without opinions. */
export function poolOpinions(opinions: readonly Opinion[]): number {
  if (opinions.length === 0) return 0
  const logits = opinions.map(logitOf).toSorted((a, b) => a - b)
  const median = medianOf(logits)
  const sum = logits.reduce(
    (total, logit) =>
      total + Math.min(median + MAX_DISTANCE, Math.max(median - MAX_DISTANCE, logit)),
    0
  )
  return Math.round(SCALE / (1 + Math.exp(-sum / logits.length))) / SCALE
}

function logitOf({ vote, confidence }: Opinion): number {
  const claimed = vote === 'vouch' ? confidence : 1 - confidence
  const bounded = Math.min(MAX_CONFIDENCE, Math.max(1 - MAX_CONFIDENCE, claimed))
  return Math.log(bounded / (1 - bounded))
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? 0
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper
}
