/**
 * Anytime-valid tests of a success rate whose outcomes come in bursts.
 *
 * The hypothesis is every two-state Markov chain with a mean of at most `bound` and a correlation
 * of neighbours of at most `correlation`. The wealth is the likelihood of a mixture of better
 * chains, divided by the largest likelihood of any chain of the hypothesis (universal inference:
 * Wasserman, Ramdas and Balakrishnan, PNAS 2020; for Markov chains: Ramdas, Ruf, Larsson and
 * Koolen, "Testing exchangeability", IJAR 2022). For each chain of the hypothesis the wealth is at
 * most a martingale that starts at 1. So by Ville's inequality it reaches 1/alpha ever with
 * probability at most alpha, for any number of looks. The first outcome is taken as given, so the
 * chain may start in any state.
 *
 * A stronger correlation makes a run of successes weaker evidence. Two hypotheses must fall: at a
 * correlation of at most 0.8 with alpha 1 %, and at one of at most 0.9 with alpha 10 %.
 *
 * Callers may take turns, each with bursts of its own. So promotion has several readings of one
 * sequence (sequence.ts), each a hypothesis of its own, and the least wealth decides. Under a
 * hypothesis that holds, this is at most the wealth against it, so the bounds hold for each.
 */
import { ALPHA, PROMOTION_RATE, REJECTION_RATE } from './constants.ts'
import { countOf, inverted } from './chain.ts'
import type { Transitions } from './chain.ts'
import type { Reading } from './sequence.ts'

interface Hypothesis {
  readonly bound: number
  readonly correlation: number
}

/** Probabilities of a success after a success and after a failure, and the logarithms of both. */
interface Alternative {
  readonly weight: number
  readonly logs: Transitions
}

interface Test {
  readonly bound: number
  readonly alternatives: readonly Alternative[]
}

/** Hypotheses by their correlation; `alpha` bounds the probability of a false decision. */
const BURSTS = [
  { correlation: 0.8, alpha: ALPHA },
  { correlation: 0.9, alpha: 0.1 }
] as const

/** Shares of the initial wealth by correlation: most skills are expected to be independent. */
const CORRELATIONS = [
  [0, 0.7],
  [0.3, 0.1],
  [0.6, 0.1],
  [0.8, 0.1]
] as const

/** Against "the rate is at most 0.8". */
const PROMOTION: Test = {
  bound: PROMOTION_RATE,
  alternatives: alternatives([
    [0.9, 0.15],
    [0.95, 0.35],
    [0.98, 0.2],
    [0.9999, 0.3]
  ])
}

/** Against "at most half of the uses have this outcome". */
const HALF: Test = {
  bound: REJECTION_RATE,
  alternatives: alternatives([
    [0.65, 0.2],
    [0.8, 0.3],
    [0.95, 0.2],
    [0.9999, 0.3]
  ])
}

/** The log wealth at which a test decides, in nats. */
export const DECISION = Math.log(1 / ALPHA)

/** Finds a maximum within 1e-7; the likelihood there is short of the largest by far less. */
const BISECTIONS = 24

/** Natural logarithm of the least wealth against "the rate is at most 0.8". */
export function logWealth(readings: readonly Reading[]): number {
  return Math.min(...readings.map((reading) => logWealthOf(PROMOTION, reading)))
}

/** Whether the evidence suffices for promotion; `headStart` is the value of remote evidence. */
export function isPromotable(readings: readonly Reading[], headStart = 1): boolean {
  const missing = DECISION - Math.log(headStart)
  return readings.every((reading) => logWealthOf(PROMOTION, reading) >= missing)
}

/** Whether the evidence shows that fewer than half of the uses succeed. */
export function isRejectable(pairs: Transitions): boolean {
  return logWealthOf(HALF, [inverted(pairs)]) >= DECISION
}

/** Whether the evidence shows that more than half of the uses succeed. */
export function isWorking(readings: readonly Reading[]): boolean {
  return readings.every((reading) => logWealthOf(HALF, reading) >= DECISION)
}

/** The logarithm of the least wealth over that of 100, 0 to 1. */
export function verificationProgress(readings: readonly Reading[], headStart = 1): number {
  const progress = (logWealth(readings) + Math.log(headStart)) / DECISION
  return Math.min(1, Math.max(0, progress))
}

/**
 * The chains of a reading may have different laws of the hypothesis, and one of an alternative. A
 * wealth of 1/`alpha` of each hypothesis counts as 100.
 */
function logWealthOf({ bound, alternatives: bets }: Test, reading: Reading): number {
  const chains = reading.filter((pairs) => countOf(pairs) > 0)
  if (chains.length === 0) return 0
  const logs = bets.map(
    ({ weight, logs: of }) => Math.log(weight) + sumOf(chains, (pairs) => dot(pairs, of))
  )
  const top = Math.max(...logs)
  const mixture = top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0))
  const wealths = BURSTS.map(({ correlation, alpha }) => {
    const hypothesis = { bound, correlation }
    const largest = sumOf(chains, (pairs) => largestLikelihood(hypothesis, pairs))
    return mixture - largest + Math.log(alpha / ALPHA)
  })
  return Math.min(...wealths)
}

/**
 * The largest log likelihood under the hypothesis. With a and b, the probabilities of a success
 * after a success and after a failure, the hypothesis is the polygon b <= k(1-a), k = bound /
 * (1-bound), and a-b <= correlation, and the log likelihood is concave. So the maximum is that of
 * all chains if it lies inside, else it is on one of these two edges.
 */
function largestLikelihood({ bound, correlation }: Hypothesis, pairs: Transitions): number {
  const { ss, sf, fs, ff } = pairs
  const k = bound / (1 - bound)
  const a = ss + sf === 0 ? bound : ss / (ss + sf)
  const b = fs + ff === 0 ? Math.min(a, k * (1 - a)) : fs / (fs + ff)
  if (b <= k * (1 - a) && a - b <= correlation) return logLikelihood(pairs, a, b)
  const corner = bound + (1 - bound) * correlation
  const onMean = rootOf(
    Math.max(0, 1 - 1 / k),
    corner,
    (x) => over(ss, x) - over(sf + fs, 1 - x) + over(k * ff, 1 - k * (1 - x))
  )
  const best = logLikelihood(pairs, onMean, k * (1 - onMean))
  // Inside the edge of the mean no other point is better, since the maximum of all is beyond it.
  if (onMean < corner && b > k * (1 - a)) return best
  const onCorrelation = rootOf(
    correlation,
    corner,
    (x) => over(ss, x) - over(sf, 1 - x) + over(fs, x - correlation) - over(ff, 1 - x + correlation)
  )
  return Math.max(best, logLikelihood(pairs, onCorrelation, onCorrelation - correlation))
}

function sumOf(chains: Reading, valueOf: (pairs: Transitions) => number): number {
  return chains.reduce((sum, pairs) => sum + valueOf(pairs), 0)
}

/** The root of a decreasing function, or the end of the interval next to it. */
function rootOf(from: number, to: number, derivative: (x: number) => number): number {
  if (derivative(to) >= 0) return to
  let low = from
  let high = to
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2
    if (derivative(middle) > 0) low = middle
    else high = middle
  }
  return low
}

/** No pairs contribute nothing, also at the end of the interval. */
function over(pairs: number, probability: number): number {
  return pairs === 0 ? 0 : pairs / probability
}

function logLikelihood(pairs: Transitions, a: number, b: number): number {
  return dot(pairs, logsOf(a, b))
}

function logsOf(a: number, b: number): Transitions {
  return { ss: Math.log(a), sf: Math.log1p(-a), fs: Math.log(b), ff: Math.log1p(-b) }
}

/** Without 0 times minus infinity. */
function dot({ ss, sf, fs, ff }: Transitions, logs: Transitions): number {
  let total = 0
  if (ss > 0) total += ss * logs.ss
  if (sf > 0) total += sf * logs.sf
  if (fs > 0) total += fs * logs.fs
  if (ff > 0) total += ff * logs.ff
  return total
}

function alternatives(rates: readonly (readonly [rate: number, weight: number])[]): Alternative[] {
  return rates.flatMap(([rate, share]) =>
    CORRELATIONS.map(([correlation, weight]) => ({
      weight: share * weight,
      logs: logsOf(rate + (1 - rate) * correlation, rate * (1 - correlation))
    }))
  )
}
