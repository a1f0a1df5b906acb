/**
 * The lifecycle of a skill: sandbox -> experimental -> pre-warming -> verified, and blacklisted.
 * Pure functions: a state and an event give the next state and, if the status changed, the reason.
 *
 * A promoted skill that drifts starts a new trial without evidence, since its earlier trials say
 * little of its current behaviour. The bound on false promotions holds for each trial.
 */
import { COOL_PREDICTION, COOL_PROGRESS, WARM_PREDICTION, WARM_PROGRESS } from '../constants.ts'
import { addOutcome, NO_TRIALS } from '../evidence/counts.ts'
import { updateDrift, driftVerdict, NO_DRIFT } from '../evidence/drift.ts'
import { isPromotable, isRejectable, verificationProgress } from '../evidence/e-process.ts'
import { predictedPromotion } from '../evidence/prediction.ts'
import type { Counts } from '../evidence/counts.ts'
import type { Drift } from '../evidence/drift.ts'

/** Stages of a skill: untested, on trial, ready to run, verified; or blacklisted. */
export type SkillStatus = 'sandbox' | 'experimental' | 'pre-warming' | 'verified' | 'blacklisted'

export interface LifecycleState {
  readonly status: SkillStatus
  readonly counts: Counts
  /** All its trials, including those before a drift: published counts only grow. */
  readonly lifetime: Counts
  /**
   * Initial stake of the test: 1, or the value of other authors' trials, fixed before the first
   * trial here.
   */
  readonly headStart: number
  /** Trials since the promotion. */
  readonly drift: Drift
  /** Pre-warming was requested: a low prediction does not end it. */
  readonly isAsked: boolean
}

export interface LifecycleChange {
  readonly lifecycle: LifecycleState
  /** Undefined if the status did not change. */
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

/** After the declared tests ran in the sandbox. */
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

/** After one use. Untested and blacklisted skills do not change. */
export function afterOutcome(lifecycle: LifecycleState, ok: boolean): LifecycleChange {
  const { status } = lifecycle
  if (status === 'sandbox' || status === 'blacklisted') return { lifecycle }
  const lifetime = addOutcome(lifecycle.lifetime, ok)
  const next = { ...lifecycle, lifetime, counts: addOutcome(lifecycle.counts, ok) }
  return status === 'verified' ? afterVerifiedUse(next, ok) : afterTrialUse(next)
}

/** Blacklisted by a user. */
export function afterBlacklisting(lifecycle: LifecycleState, reason: string): LifecycleChange {
  if (lifecycle.status === 'blacklisted') return { lifecycle }
  return { lifecycle: { ...lifecycle, status: 'blacklisted' }, reason }
}

/** Pardoned by a user: untested again, with a whole trial before it. */
export function afterPardon(lifecycle: LifecycleState, reason: string): LifecycleChange {
  if (lifecycle.status !== 'blacklisted') return { lifecycle }
  return { lifecycle: { ...UNTESTED, lifetime: lifecycle.lifetime }, reason }
}

/** On request: a skill on trial is made ready, regardless of its prediction. */
export function afterTrigger(lifecycle: LifecycleState): LifecycleChange {
  if (lifecycle.status !== 'experimental') return { lifecycle }
  return {
    lifecycle: { ...lifecycle, status: 'pre-warming', isAsked: true },
    reason: 'pre-warming was requested'
  }
}

/**
 * Disputed by the swarm. A skill verified here stays; a skill on trial goes back to the sandbox and
 * must pass its tests again, which is all that a false dispute costs.
 */
export function afterSwarmDispute(lifecycle: LifecycleState, reason: string): LifecycleChange {
  if (lifecycle.status !== 'experimental' && lifecycle.status !== 'pre-warming')
    return { lifecycle }
  return { lifecycle: { ...lifecycle, status: 'sandbox', isAsked: false }, reason }
}

/** Sets the value of other authors' trials; ignored after the first trial here. */
export function withHeadStart(lifecycle: LifecycleState, headStart: number): LifecycleChange {
  if (lifecycle.lifetime.trials > 0 || lifecycle.headStart === headStart) return { lifecycle }
  return { lifecycle: { ...lifecycle, headStart } }
}

/**
 * Recomputes the value of other authors' trials without one author. A stake may be lowered at any
 * time without breaking the bound on false promotions; this never raises it.
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
      reason: `success rate collapsed: ${successes} of the last ${trials} uses succeeded`
    }
  }
  return {
    lifecycle: { ...UNTESTED, lifetime: lifecycle.lifetime, status: 'experimental' },
    reason: `success rate dropped: ${successes} of the last ${trials} uses succeeded`
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
    return { lifecycle: { ...lifecycle, status: 'blacklisted' }, reason: `unreliable: ${tally}` }
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
