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

/** Opinions in thousandths, and how many authors have each. */
export type Opinions = readonly (readonly [thousandths: number, authors: number])[]

/** No confidence counts for more than odds of 99 to 1. */
const MAX_CONFIDENCE = 0.99

/** The most that an opinion may differ from the median, in log-odds. */
const MAX_DISTANCE = 1

/** Confidences are stored in thousandths. */
const SCALE = 1000

/** 0 to 1, in thousandths; 0 without opinions. */
export function poolOpinions(opinions: Opinions): number {
  const sorted = opinions
    .map(([thousandths, authors]) => ({ logit: logitOf(thousandths / SCALE), authors }))
    .toSorted((a, b) => a.logit - b.logit)
  const total = sorted.reduce((sum, { authors }) => sum + authors, 0)
  if (total === 0) return 0
  const median = (logitAt(sorted, (total - 1) >> 1) + logitAt(sorted, total >> 1)) / 2
  const sum = sorted.reduce(
    (all, { logit, authors }) =>
      all + authors * Math.min(median + MAX_DISTANCE, Math.max(median - MAX_DISTANCE, logit)),
    0
  )
  return Math.round(SCALE / (1 + Math.exp(-sum / total))) / SCALE
}

function logitOf(claimed: number): number {
  const bounded = Math.min(MAX_CONFIDENCE, Math.max(1 - MAX_CONFIDENCE, claimed))
  return Math.log(bounded / (1 - bounded))
}

/** The log-odds of the author at this place, from 0. */
function logitAt(
  sorted: readonly { readonly logit: number; readonly authors: number }[],
  place: number
): number {
  let rest = place
  for (const { logit, authors } of sorted) {
    if (rest < authors) return logit
    rest -= authors
  }
  return 0
}
