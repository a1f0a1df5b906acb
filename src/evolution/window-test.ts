/**
 * The test of a verification window: outcomes under a mutation against those before it.
 *
 * A mutation is kept if two things are shown.
 *
 * 1. It does not harm: a bet on "the success rate is above the baseline's less 10 points" has
 *    multiplied its stake by 100. Each success multiplies it by q/b and each failure by (1-q)/(1-b),
 *    with q above the bound b, in a mixture over q. As long as the rate is at most b, the stake
 *    reaches 100 with a probability of at most 1 %, at any number of looks (Ville's inequality;
 *    Shafer, "Testing by betting", JRSS A 2021).
 * 2. It is likely better: 1.5 standard errors of the difference of two rates (Beta posteriors, normal
 *    approximation), which is a probability of 93 %. For a class of task alone it is 2.33.
 *
 * It is taken back as soon as it looks worse by half a standard error, and at the end of its window.
 * A window that looks better at its end goes on, since most of its sessions would else be lost.
 * So a mutation must earn its place; one without effect is rarely kept, and does no harm then.
 */
import {
  BETTER_Z,
  EXTEND_Z,
  HARM_ALPHA,
  HARM_MARGIN,
  MARGIN_Z,
  MAX_TASKS_TESTED,
  MIN_TASK_BASELINE,
  MIN_TRIALS,
  TASK_BETTER_Z,
  WEAK_Z,
  WORSE_Z
} from './constants.ts'

/** The outcome of a session: its class of task, and whether it succeeded. */
export type Outcome = readonly [task: string, ok: boolean]

/** Outcomes of some sessions. */
export interface Counts {
  readonly trials: number
  readonly successes: number
}

/** What the window says, and why. */
export interface Verdict {
  readonly decision: 'invert' | 'keep' | 'wait'
  readonly reason: 'better' | 'no-evidence' | 'no-gain' | 'open' | 'worse'
  /** The probability that the success rate is higher than before; for `task`, if there is one. */
  readonly probability: number
  readonly baseline: Counts
  readonly window: Counts
  /** The only class of task for which it is shown to be better. */
  readonly task?: string
}

/** Alternatives of a mixture: enough that its growth is near that of the best one. */
const GRID = 12

/** A bound nearer to 1 or 0 could not be beaten by any number of outcomes. */
const EXTREME = 0.02

/**
 * Decides on a window of `size` outcomes against the baseline; of up to `most` outcomes if it looks
 * better by 1.28 standard errors.
 */
export function judgeWindow(
  baseline: readonly Outcome[],
  window: readonly Outcome[],
  size: number,
  most = size
): Verdict {
  const all = { baseline: countsOf(baseline), window: countsOf(window) }
  const z = errorsBetter(all)
  const concerned = taskThatIsBetter(baseline, window)
  const decided = (decision: Verdict['decision'], reason: Verdict['reason']): Verdict => ({
    decision,
    reason,
    probability: normal(z),
    ...all
  })
  const { trials } = all.window
  if (trials < Math.min(MIN_TRIALS, size)) return decided('wait', 'open')
  if (isHarmless(all)) {
    if (z >= BETTER_Z) return decided('keep', 'better')
    // A gain for one class of task must not hide a loss for the others.
    if (concerned !== undefined && z >= 0) {
      const { task, errors } = concerned
      return { ...decided('keep', 'better'), probability: normal(errors), task }
    }
  }
  if (z <= -WORSE_Z) return decided('invert', 'worse')
  if (z <= -WEAK_Z) return decided('invert', 'no-gain')
  if (trials < (z >= EXTEND_Z ? most : size)) return decided('wait', 'open')
  return decided('invert', 'no-evidence')
}

/** Whether the baseline leaves room for a mutation that could be shown to be better. */
export function canImprove(baseline: readonly Outcome[]): boolean {
  const counts = countsOf(baseline)
  return rateOf(counts) + errorOf(counts) < 1 - EXTREME
}

export function countsOf(outcomes: readonly Outcome[]): Counts {
  return { trials: outcomes.length, successes: outcomes.filter(([, ok]) => ok).length }
}

export interface Comparison {
  readonly baseline: Counts
  readonly window: Counts
}

/** By how many standard errors the rate of the window is above that of the baseline. */
function errorsBetter({ baseline, window }: Comparison): number {
  const error = Math.hypot(errorOf(baseline), errorOf(window))
  return (rateOf(window) - rateOf(baseline)) / error
}

/** The gain of the window, and one standard error of its rate. */
export function upsideOf({ baseline, window }: Comparison): number {
  return rateOf(window) - rateOf(baseline) + errorOf(window)
}

/** Whether a rate 10 points below the baseline's is ruled out. */
function isHarmless({ baseline, window }: Comparison): boolean {
  const bound = rateOf(baseline) + MARGIN_Z * errorOf(baseline) - HARM_MARGIN
  const within = Math.min(1 - EXTREME, Math.max(EXTREME, bound))
  return logBet(window, within) >= Math.log(1 / HARM_ALPHA)
}

/** The class of task whose rate has risen most, if that is shown for it alone. */
function taskThatIsBetter(
  baseline: readonly Outcome[],
  window: readonly Outcome[]
): { readonly task: string; readonly errors: number } | undefined {
  return [...Map.groupBy(baseline, ([task]) => task)]
    .filter(([, { length }]) => length >= MIN_TASK_BASELINE && length < baseline.length)
    .toSorted(([one, a], [other, b]) => b.length - a.length || (one < other ? -1 : 1))
    .slice(0, MAX_TASKS_TESTED)
    .map(([task, before]) => {
      const under = countsOf(window.filter(([of]) => of === task))
      return { task, errors: errorsBetter({ baseline: countsOf(before), window: under }) }
    })
    .filter(({ errors }) => errors >= TASK_BETTER_Z)
    .toSorted((a, b) => b.errors - a.errors)[0]
}

function logBet({ trials, successes }: Counts, bound: number): number {
  const logs = Array.from({ length: GRID }, (_, i) => {
    const rate = bound + ((1 - bound) * (i + 0.5)) / GRID
    return (
      successes * Math.log(rate / bound) + (trials - successes) * Math.log((1 - rate) / (1 - bound))
    )
  })
  const top = Math.max(...logs)
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0) / GRID)
}

/** The mean of the posterior, from a uniform prior (Laplace). */
function rateOf({ trials, successes }: Counts): number {
  return (successes + 1) / (trials + 2)
}

/** The standard deviation of that posterior. */
function errorOf(counts: Counts): number {
  const rate = rateOf(counts)
  return Math.sqrt((rate * (1 - rate)) / (counts.trials + 3))
}

/** The normal distribution function (Abramowitz and Stegun, 26.2.17; error below 1e-7). */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const powers = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  const sum = powers.reduceRight((total, each) => (total + each) * t, 0)
  const upper = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum
  return z >= 0 ? 1 - upper : upper
}
