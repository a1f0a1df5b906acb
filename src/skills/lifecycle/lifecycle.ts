/**
 * The life of a skill: sandbox -> experimental -> pre-warming -> verified, and blacklisted. Pure: a
 * standing and what happened give the next standing and, where the status changed, why.
 *
 * A skill that drifts after promotion is on trial again from nothing: what it did before says little of
 * what it does now. The bound on false promotions holds for each such trial.
 */
import { COOL_PREDICTION, COOL_PROGRESS, WARM_PREDICTION, WARM_PROGRESS } from '../constants.ts'
import { addOutcome, NO_TRIALS } from '../evidence/counts.ts'
import { updateDrift, driftVerdict, NO_DRIFT } from '../evidence/drift.ts'
import { isPromotable, isRejectable, verificationProgress } from '../evidence/e-process.ts'
import { predictedPromotion } from '../evidence/prediction.ts'
import type { Counts } from '../evidence/counts.ts'
import type { Drift } from '../evidence/drift.ts'

/** Stages of a skill: untested, on trial, made ready, verified; or refused. */
export type SkillStatus = 'sandbox' | 'experimental' | 'pre-warming' | 'verified' | 'blacklisted'

export interface LifecycleState {
  readonly status: SkillStatus
  readonly counts: Counts
  /** Of all its trials, those before a drift included: what is told to others only grows. */
  readonly lifetime: Counts
  /** First stake of the test: 1, or what others' trials are worth, fixed before the first trial here. */
  readonly headStart: number
  /** Since the promotion. */
  readonly drift: Drift
  /** Pre-warming was asked for: what is predicted does not end it. */
  readonly isAsked: boolean
}

export interface LifecycleChange {
  readonly lifecycle: LifecycleState
  /** Undefined where the status stays. */
  readonly reason?: string
}

export const UNTESTED: LifecycleState = {
  status: 'sandbox',
  counts: NO_TRIALS,
  lifetime: NO_TRIALS,
  headStart: 1,
  drift: NO_DRIFT,
  isAsked: false
}

/** After the declared tests were run in the sandbox. */
export function afterTests(
  lifecycle: LifecycleState,
  passed: number,
  total: number
): LifecycleChange {
  if (lifecycle.status !== 'sandbox' || total === 0 || passed < total) return { lifecycle }
  return {
    lifecycle: { ...lifecycle, status: 'experimental' },
    reason: `${passed} of ${total} declared tests passed`
  }
}

/** After one use that succeeded or failed. Untested and blacklisted skills stay as they are. */
export function afterOutcome(lifecycle: LifecycleState, ok: boolean): LifecycleChange {
  const { status } = lifecycle
  if (status === 'sandbox' || status === 'blacklisted') return { lifecycle }
  const lifetime = addOutcome(lifecycle.lifetime, ok)
  const next = { ...lifecycle, lifetime, counts: addOutcome(lifecycle.counts, ok) }
  return status === 'verified' ? afterVerifiedUse(next, ok) : afterTrialUse(next)
}

/** By hand, for instance since it does harm. */
export function afterBlacklisting(lifecycle: LifecycleState, reason: string): LifecycleChange {
  if (lifecycle.status === 'blacklisted') return { lifecycle }
  return { lifecycle: { ...lifecycle, status: 'blacklisted' }, reason }
}

/** By hand, where something new is known of it: untested again, with all of its trial before it. */
export function afterPardon(lifecycle: LifecycleState, reason: string): LifecycleChange {
  if (lifecycle.status !== 'blacklisted') return { lifecycle }
  return { lifecycle: { ...UNTESTED, lifetime: lifecycle.lifetime }, reason }
}

/** On request: what is on trial is made ready whatever is predicted. */
export function afterTrigger(lifecycle: LifecycleState): LifecycleChange {
  if (lifecycle.status !== 'experimental') return { lifecycle }
  return {
    lifecycle: { ...lifecycle, status: 'pre-warming', isAsked: true },
    reason: 'pre-warming was asked for'
  }
}

/**
 * Others say that it does harm. What was verified here stays; what is on trial is set back and must
 * pass its tests again, so that a false hint costs no more than that.
 */
export function afterSwarmDispute(lifecycle: LifecycleState, reason: string): LifecycleChange {
  if (lifecycle.status !== 'experimental' && lifecycle.status !== 'pre-warming')
    return { lifecycle }
  return { lifecycle: { ...lifecycle, status: 'sandbox', isAsked: false }, reason }
}

/** What others' trials are worth; too late once there was a trial here. */
export function withHeadStart(lifecycle: LifecycleState, headStart: number): LifecycleChange {
  if (lifecycle.lifetime.trials > 0 || lifecycle.headStart === headStart) return { lifecycle }
  return { lifecycle: { ...lifecycle, headStart } }
}

/**
 * What others' trials are worth without one that lied. A stake may be lowered at any time, and the bound
 * on false promotions holds; it is never raised by this.
 */
export function withoutAuthor(lifecycle: LifecycleState, headStart: number): LifecycleChange {
  if (headStart >= lifecycle.headStart) return { lifecycle }
  return { lifecycle: { ...lifecycle, headStart } }
}

function afterVerifiedUse(lifecycle: LifecycleState, ok: boolean): LifecycleChange {
  const drift = updateDrift(lifecycle.drift, ok)
  const verdict = driftVerdict(drift)
  const { successes, trials } = drift.run
  if (verdict === 'steady') return { lifecycle: { ...lifecycle, drift } }
  if (verdict === 'collapsed') {
    return {
      lifecycle: { ...lifecycle, drift, status: 'blacklisted' },
      reason: `collapsed: ${successes} of the last ${trials} uses succeeded`
    }
  }
  return {
    lifecycle: { ...UNTESTED, lifetime: lifecycle.lifetime, status: 'experimental' },
    reason: `drifted: ${successes} of the last ${trials} uses succeeded`
  }
}

function afterTrialUse(lifecycle: LifecycleState): LifecycleChange {
  const { counts, headStart, status, isAsked } = lifecycle
  const tally = `${counts.successes} of ${counts.trials} uses succeeded`
  if (isPromotable(counts, headStart)) {
    return {
      lifecycle: { ...lifecycle, status: 'verified', isAsked: false },
      reason: `reliable: ${tally}`
    }
  }
  if (isRejectable(counts)) {
    return { lifecycle: { ...lifecycle, status: 'blacklisted' }, reason: `useless: ${tally}` }
  }
  const progress = verificationProgress(counts, headStart)
  const prediction = predictedPromotion(counts)
  if (status === 'experimental' && (progress >= WARM_PROGRESS || prediction >= WARM_PREDICTION)) {
    return { lifecycle: { ...lifecycle, status: 'pre-warming' }, reason: `promising: ${tally}` }
  }
  const isCold = !isAsked && progress < COOL_PROGRESS && prediction < COOL_PREDICTION
  if (status === 'pre-warming' && isCold) {
    return { lifecycle: { ...lifecycle, status: 'experimental' }, reason: `less likely: ${tally}` }
  }
  return { lifecycle }
}
