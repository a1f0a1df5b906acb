/**
 * The value of other authors' trials of a skill, if fewer than a third of the authors lie.
 *
 * Each author's counts give an e-value against "the rate is at most 0.8", of at most 30 trials:
 * with more, every bet is raised to the power 30/trials, which keeps its mean at most 1 (Jensen).
 * Counts have no order, so the bets take trials as independent; `npm run bench -- bursts` measures
 * what bursts at other authors change.
 * Of n authors the c = ceil(n/3) with the largest e-values are left out and the others averaged.
 *
 * Why false counts gain nothing: with fewer than n/3 liars at least one of those left out is
 * honest, and the k-th largest of the rest is at most the k-th largest of the honest ones after
 * their c - liars best. So the average is at most that of all honest authors, whose mean is at most
 * 1 under the hypothesis, for any dependence among them. Half of the stake is withheld, (1 +
 * average) / 2, so that authors who report false failures cost at most log 2; and the cap only
 * lowers it. As the initial stake of the local test it leaves the bound alpha unchanged, provided
 * that it is fixed before the first local trial.
 */
import { MAX_HEAD_START, REMOTE_TRIALS } from './constants.ts'
import { logWealthOfCounts } from './independent-bets.ts'
import type { Counts } from './counts.ts'

/** Counts, and the number of authors that have them. */
export interface RemoteCounts extends Counts {
  readonly authors: number
}

/** Initial stake of the local test: 1 without remote evidence, at least 1/2, at most 10. */
export function headStart(remote: readonly RemoteCounts[]): number {
  const values = remote
    .filter((counts) => isCounts(counts) && counts.trials > 0)
    .map(({ authors, ...counts }) => ({
      authors,
      value: Math.exp(logWealthOfCounts(counts, Math.min(1, REMOTE_TRIALS / counts.trials)))
    }))
    .toSorted((a, b) => b.value - a.value)
  const all = values.reduce((sum, { authors }) => sum + authors, 0)
  const leftOut = Math.ceil(all / 3)
  if (all === leftOut) return 1
  let place = 0
  let sum = 0
  for (const { authors, value } of values) {
    const averaged = Math.min(authors, Math.max(0, place + authors - leftOut))
    sum += averaged * value
    place += authors
  }
  return Math.min(MAX_HEAD_START, (1 + sum / (all - leftOut)) / 2)
}

function isCounts({ trials, successes }: Counts): boolean {
  return (
    Number.isSafeInteger(trials) &&
    Number.isSafeInteger(successes) &&
    successes >= 0 &&
    successes <= trials
  )
}
