/**
 * The lifecycle of a skill: sandbox -> experimental -> pre-warming -> verified, and blacklisted.
 * Pure functions: a state and an event give the next state and, if the status changed, the reason.
 *
 * A promoted skill that drifts starts a new trial without evidence, since its earlier trials say
 * little of its current behaviour. The bound on false promotions holds for each trial.
 */
import { COOL_PREDICTION, COOL_PROGRESS, WARM_PREDICTION, WARM_PROGRESS } from '../constants.ts'
import { addOutcome, NO_TRIALS } from '../evidence/counts.ts'
import { hasDrifted, updateDrift, NO_DRIFT } from '../evidence/drift.ts'
import {
  isPromotable,
  isRejectable,
  isWorking,
  verificationProgress
} from '../evidence/e-process.ts'
import { predictedPromotion } from '../evidence/prediction.ts'
import { readingsOf } from '../evidence/sequence.ts'
import {
  addToUses,
  beginRun,
  evidenceOf,
  expireRuns,
  NO_USES,
  withdrawRun
} from '../evidence/uses.ts'
import type { Counts } from '../evidence/counts.ts'
import type { Drift } from '../evidence/drift.ts'
import type { RunStart, UseOutcome, Uses } from '../evidence/uses.ts'

/** Stages of a skill: untested, on trial, ready to run, verified; or blacklisted. */
export type SkillStatus = 'sandbox' | 'experimental' | 'pre-warming' | 'verified' | 'blacklisted'

export interface LifecycleState {
  readonly status: SkillStatus
  readonly counts: Counts
  /** The same trials in the order of their begin, and runs whose outcome is not known yet. */
  readonly uses: Uses
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
  uses: NO_USES,
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

/** A use began; nothing after it decides until its outcome is known, or until it expires. */
export function afterBegin(lifecycle: LifecycleState, start: RunStart): LifecycleChange {
  const uses = beginRun(expireRuns(lifecycle.uses, start.at), start)
  return uses === lifecycle.uses ? { lifecycle } : { lifecycle: { ...lifecycle, uses } }
}

/** A use that is no evidence: it was aborted, over a budget, or answered without a model. */
export function afterWithdrawal(lifecycle: LifecycleState, run: string): LifecycleChange {
  const uses = withdrawRun(lifecycle.uses, run)
  return uses === lifecycle.uses ? { lifecycle } : { lifecycle: { ...lifecycle, uses } }
}

/**
 * After one use. Blacklisted skills do not change; nor do untested ones, unless they are prose
 * without tests, whose uses are the only evidence there can be.
 */
export function afterOutcome(
  lifecycle: LifecycleState,
  outcome: UseOutcome,
  isProse = false
): LifecycleChange {
  const { status } = lifecycle
  if (status === 'blacklisted' || (status === 'sandbox' && !isProse)) return { lifecycle }
  const { ok, at } = outcome
  const lifetime = addOutcome(lifecycle.lifetime, ok)
  const counts = addOutcome(lifecycle.counts, ok)
  const { uses, isNew } = addToUses(expireRuns(lifecycle.uses, at), outcome)
  const next = { ...lifecycle, lifetime, counts, uses }
  if (status !== 'verified') return afterTrialUse(next)
  return isNew ? afterVerifiedUse(next, ok) : { lifecycle: next }
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
 * must pass its tests again, which is all that a false dispute costs. Prose without tests starts
 * its evidence again.
 */
export function afterSwarmDispute(
  lifecycle: LifecycleState,
  reason: string,
  isProse = false
): LifecycleChange {
  if (lifecycle.status !== 'experimental' && lifecycle.status !== 'pre-warming')
    return { lifecycle }
  const evidence = isProse ? { ...UNTESTED, lifetime: lifecycle.lifetime } : lifecycle
  return { lifecycle: { ...evidence, status: 'sandbox', isAsked: false }, reason }
}

/** Withdrawn by a person with all that an agent published: untested, with a whole trial before it. */
export function afterContainment(lifecycle: LifecycleState, reason: string): LifecycleChange {
  const { status, counts } = lifecycle
  if (status === 'blacklisted' || (status === 'sandbox' && counts.trials === 0)) {
    return { lifecycle }
  }
  return { lifecycle: { ...UNTESTED, lifetime: lifecycle.lifetime }, reason }
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
  const { successes, trials } = drift.run
  if (!hasDrifted(drift)) return { lifecycle: { ...lifecycle, drift } }
  return {
    lifecycle: { ...UNTESTED, lifetime: lifecycle.lifetime, status: 'experimental' },
    reason: `success rate dropped: ${successes} of the last ${trials} uses succeeded`
  }
}

function afterTrialUse(lifecycle: LifecycleState): LifecycleChange {
  const { counts, headStart, status, isAsked, uses } = lifecycle
  const { promotion, rejection } = evidenceOf(uses)
  const readings = readingsOf(promotion)
  const tally = `${counts.successes} of ${counts.trials} uses succeeded`
  if (isPromotable(readings, headStart)) {
    return {
      lifecycle: { ...lifecycle, status: 'verified', isAsked: false },
      reason: `reliable: ${tally}`
    }
  }
  if (isRejectable(rejection.pairs)) {
    return { lifecycle: { ...lifecycle, status: 'blacklisted' }, reason: `unreliable: ${tally}` }
  }
  if (status === 'sandbox') {
    if (!isWorking(readings)) return { lifecycle }
    return { lifecycle: { ...lifecycle, status: 'experimental' }, reason: `works: ${tally}` }
  }
  const progress = verificationProgress(readings, headStart)
  const prediction = predictedPromotion(counts, uses)
  if (status === 'experimental' && (progress >= WARM_PROGRESS || prediction >= WARM_PREDICTION)) {
    return { lifecycle: { ...lifecycle, status: 'pre-warming' }, reason: `promising: ${tally}` }
  }
  const isCold = !isAsked && progress < COOL_PROGRESS && prediction < COOL_PREDICTION
  if (status === 'pre-warming' && isCold) {
    return { lifecycle: { ...lifecycle, status: 'experimental' }, reason: `less likely: ${tally}` }
  }
  return { lifecycle }
}
