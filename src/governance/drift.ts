/**
 * Drift of an agent: two-sided CUSUM (Page, "Continuous inspection schemes", Biometrika 1954) over the
 * outcomes of its sessions, against the first 100 of them.
 *
 * Success: log-likelihood ratios of the rate of the reference against one that is 0.2 lower, and one
 * that is 0.2 higher. Latency: logarithms of milliseconds, minus the median of the reference, in units
 * of its median absolute deviation, cut at 3, so that single slow sessions raise no alarm.
 *
 * Both thresholds are from a simulation that draws a reference and outcomes of one distribution: the
 * mean run to a false alarm is at least 2,000 sessions (`test/src/governance/drift.spec.ts`).
 */

/** Outcomes of the reference; no drift is stated before there are more. */
export const REFERENCE = 100

const SHIFT = 0.2
const SUCCESS_THRESHOLD = 7.5

const SLACK = 0.5
const LATENCY_THRESHOLD = 14
const MAX_DEVIATION = 3

/** The standard deviation of a normal distribution, in median absolute deviations. */
const MAD_SCALE = 1.4826

/** Deviations of less than 10 % are no drift, however equal the sessions of the reference are. */
const MIN_SCALE = Math.log(1.1)

/** A rate of 0 or 1 would make one outcome an alarm. */
const MIN_RATE = 0.01

/** The outcome of a session. */
export interface DriftOutcome {
  readonly ok: boolean
  /** Milliseconds that it took; without them it counts for success alone. */
  readonly ms?: number
  readonly at: Date
}

/** One quantity, followed in both directions. */
export interface DriftOf {
  /** Of the reference: the rate of success, or the median of milliseconds. */
  readonly reference: number
  /** Of the outcomes since the change, or of all after the reference. */
  readonly current: number
  /** The larger sum in parts of its threshold; an alarm from 1 on. */
  readonly level: number
  /** The direction of the first alarm; undefined while there is none. */
  readonly drifted?: 'down' | 'up'
  /** Of the first alarm: when the change began by its sum, and when it was found. */
  readonly since?: Date
  readonly foundAt?: Date
}

/** The drift of an agent; `success` and `latency` once there are more than 100 outcomes. */
export interface Drift {
  readonly sessions: number
  readonly success?: DriftOf
  readonly latency?: DriftOf
}

/** The drift of outcomes, the oldest first. */
export function driftOf(outcomes: readonly DriftOutcome[]): Drift {
  const timed = outcomes.filter((each): each is Timed => each.ms !== undefined)
  return {
    sessions: outcomes.length,
    ...(outcomes.length > REFERENCE ? { success: successDrift(outcomes) } : {}),
    ...(timed.length > REFERENCE ? { latency: latencyDrift(timed) } : {})
  }
}

type Timed = DriftOutcome & { readonly ms: number }

/** What an outcome adds to the sum of each direction. */
interface Steps {
  readonly down: number
  readonly up: number
}

function successDrift(outcomes: readonly DriftOutcome[]): DriftOf {
  const reference = rateOf(outcomes.slice(0, REFERENCE))
  const [rate, lower, higher] = [
    bounded(reference),
    bounded(reference - SHIFT),
    bounded(reference + SHIFT)
  ] as const
  const ratio = (ok: boolean, other: number): number =>
    Math.log(ok ? other / rate : (1 - other) / (1 - rate))
  const steps = ({ ok }: DriftOutcome): Steps => ({ down: ratio(ok, lower), up: ratio(ok, higher) })
  return { reference, ...follow(outcomes, SUCCESS_THRESHOLD, steps, rateOf) }
}

function latencyDrift(outcomes: readonly Timed[]): DriftOf {
  const times = outcomes.slice(0, REFERENCE).map(logOf)
  const center = median(times)
  const scale = Math.max(
    MIN_SCALE,
    MAD_SCALE * median(times.map((each) => Math.abs(each - center)))
  )
  const steps = (outcome: Timed): Steps => {
    const deviation = (logOf(outcome) - center) / scale
    const cut = Math.max(-MAX_DEVIATION, Math.min(MAX_DEVIATION, deviation))
    return { down: -cut - SLACK, up: cut - SLACK }
  }
  const medianMs = (some: readonly Timed[]): number => Math.exp(median(some.map(logOf)))
  return {
    reference: Math.exp(center),
    ...follow(outcomes, LATENCY_THRESHOLD, steps, medianMs)
  }
}

/** Follows the outcomes behind the reference. */
function follow<T extends DriftOutcome>(
  outcomes: readonly T[],
  threshold: number,
  steps: (outcome: T) => Steps,
  measure: (some: readonly T[]) => number
): Omit<DriftOf, 'reference'> {
  const sums = { down: 0, up: 0 }
  /** The first outcome since each sum was 0. */
  const begins = { down: REFERENCE, up: REFERENCE }
  let alarm: Pick<DriftOf, 'drifted' | 'foundAt' | 'since'> | undefined
  let changed = REFERENCE
  for (const [i, outcome] of outcomes.entries()) {
    if (i < REFERENCE) continue
    const step = steps(outcome)
    for (const side of ['down', 'up'] as const) {
      sums[side] = Math.max(0, sums[side] + step[side])
      if (sums[side] === 0) begins[side] = i + 1
      if (sums[side] < threshold || alarm !== undefined) continue
      changed = begins[side]
      const since = outcomes[changed]?.at ?? outcome.at
      alarm = { drifted: side, since, foundAt: outcome.at }
    }
  }
  return {
    current: measure(outcomes.slice(changed)),
    level: Math.max(sums.down, sums.up) / threshold,
    ...alarm
  }
}

function bounded(rate: number): number {
  return Math.min(1 - MIN_RATE, Math.max(MIN_RATE, rate))
}

function rateOf(outcomes: readonly DriftOutcome[]): number {
  const successes = outcomes.filter(({ ok }) => ok).length
  return (successes + 0.5) / (outcomes.length + 1)
}

function logOf({ ms }: Timed): number {
  return Math.log(Math.max(1, ms))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}
