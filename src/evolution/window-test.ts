/**
 * The test of a verification window: outcomes under a mutation against those before it.
 *
 * A bet on "the success rate is above b" multiplies its stake by q/b for a success and by
 * (1-q)/(1-b) for a failure, with q above b. As long as the rate is at most b, the stake never
 * reaches 1/alpha with a probability above alpha, at any number of looks (Ville's inequality;
 * Shafer, "Testing by betting", JRSS A 2021). The bet is a mixture over q. Here b is an upper bound
 * of the baseline's rate: its estimate and 0.84 standard errors. So a mutation must be better than
 * what chance can have made of the baseline.
 *
 * A mutation may concern one class of task only. The stake is divided: half is on all outcomes, the
 * rest is on classes with enough outcomes. The mean of such bets is a bet (Vovk and Wang, "E-values",
 * Annals of Statistics 2021).
 */
import {
  BOUND_Z,
  HARM_ALPHA,
  KEEP_ALPHA,
  MAX_TASKS_TESTED,
  MIN_TASK_BASELINE,
  MIN_TRIALS
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
  /** Natural logarithm of the factor by which the bet on the mutation has grown. */
  readonly logWealth: number
  readonly baseline: Counts
  readonly window: Counts
  /** The class of task whose bet has grown most; undefined if it is that on all outcomes. */
  readonly task?: string
}

/** Alternatives of a mixture: enough that its growth is near that of the best one. */
const GRID = 12

/** A bound nearer to 1 or 0 could not be beaten by any number of outcomes. */
const EXTREME = 0.02

/** Decides on a window of `size` outcomes against the baseline. */
export function judgeWindow(
  baseline: readonly Outcome[],
  window: readonly Outcome[],
  size: number
): Verdict {
  const all = { baseline: countsOf(baseline), window: countsOf(window) }
  const pools = poolsOf(baseline, window)
  const bets = pools.map((pool) => logWealthAbove(pool))
  const logWealth = logMean(bets)
  const against = logMean(pools.map((pool) => logWealthBelow(pool)))
  const best = pools[bets.findIndex((bet) => bet.log === Math.max(...bets.map(({ log }) => log)))]
  const decided = (decision: Verdict['decision'], reason: Verdict['reason']): Verdict => ({
    decision,
    reason,
    logWealth,
    ...all,
    ...(best?.task === undefined ? {} : { task: best.task })
  })
  const { trials } = all.window
  if (trials < Math.min(MIN_TRIALS, size)) return decided('wait', 'open')
  const isBetter = logWealth >= Math.log(1 / KEEP_ALPHA)
  // A gain for one class of task must not hide a loss for the others.
  if (isBetter && rateOf(all.window) >= rateOf(all.baseline)) return decided('keep', 'better')
  if (against >= Math.log(1 / HARM_ALPHA)) return decided('invert', 'worse')
  if (trials >= size / 2 && logWealth < 0) return decided('invert', 'no-gain')
  if (trials >= size) return decided('invert', 'no-evidence')
  return decided('wait', 'open')
}

/** Whether the baseline leaves room for a mutation that could be shown to be better. */
export function canImprove(baseline: readonly Outcome[]): boolean {
  return upperBound(countsOf(baseline)) < 1 - EXTREME
}

export function countsOf(outcomes: readonly Outcome[]): Counts {
  return { trials: outcomes.length, successes: outcomes.filter(([, ok]) => ok).length }
}

interface Pool {
  readonly task?: string
  readonly weight: number
  readonly baseline: Counts
  readonly window: Counts
}

interface Bet {
  readonly weight: number
  readonly log: number
}

function poolsOf(baseline: readonly Outcome[], window: readonly Outcome[]): Pool[] {
  const byTask = Map.groupBy(baseline, ([task]) => task)
  const tasks = [...byTask]
    .filter(([, { length }]) => length >= MIN_TASK_BASELINE && length < baseline.length)
    .toSorted(([one, a], [other, b]) => b.length - a.length || (one < other ? -1 : 1))
    .slice(0, MAX_TASKS_TESTED)
  const all = { weight: 1, baseline: countsOf(baseline), window: countsOf(window) }
  if (tasks.length === 0) return [all]
  return [
    { ...all, weight: 0.5 },
    ...tasks.map(([task, before]) => ({
      task,
      weight: 0.5 / tasks.length,
      baseline: countsOf(before),
      window: countsOf(window.filter(([of]) => of === task))
    }))
  ]
}

/** The weighted mean of wealths, all as logarithms. */
function logMean(bets: readonly Bet[]): number {
  const logs = bets.map(({ weight, log }) => Math.log(weight) + log)
  const top = Math.max(...logs)
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0))
}

function logWealthAbove({ weight, baseline, window }: Pool): Bet {
  return { weight, log: logBet(window, Math.min(1 - EXTREME, upperBound(baseline))) }
}

/** A bet on more failures is one on more successes with both exchanged. */
function logWealthBelow({ weight, baseline, window }: Pool): Bet {
  const bound = Math.min(1 - EXTREME, upperBound(exchanged(baseline)))
  return { weight, log: logBet(exchanged(window), bound) }
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

function upperBound(counts: Counts): number {
  const rate = rateOf(counts)
  return rate + BOUND_Z * Math.sqrt((rate * (1 - rate)) / Math.max(1, counts.trials))
}

/** With one success and one failure added (Laplace). */
function rateOf({ trials, successes }: Counts): number {
  return (successes + 1) / (trials + 2)
}

function exchanged({ trials, successes }: Counts): Counts {
  return { trials, successes: trials - successes }
}
