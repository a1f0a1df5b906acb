/**
 * The life of a skill: sandbox -> experimental -> pre-warming -> verified, and blacklisted. Pure: a
 * standing and what happened give the next standing and, where the status changed, why.
 *
 * A skill that drifts after promotion is on trial again from nothing: what it did before says little of
 * what it does now. The bound on false promotions holds for each such trial.
 */
import { COOL_PREDICTION, COOL_PROGRESS, WARM_PREDICTION, WARM_PROGRESS } from '../constants.ts'
import { counted, NO_TRIALS } from '../evidence/counts.ts'
import { drifted, driftVerdict, NO_DRIFT } from '../evidence/drift.ts'
import { isReliable, isUseless, verificationProgress } from '../evidence/e-process.ts'
import { predictedPromotion } from '../evidence/prediction.ts'
import type { Counts } from '../evidence/counts.ts'
import type { Drift } from '../evidence/drift.ts'

export type SkillStatus = 'sandbox' | 'experimental' | 'pre-warming' | 'verified' | 'blacklisted'

export interface Standing {
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

export interface Change {
  readonly standing: Standing
  /** Undefined where the status stays. */
  readonly reason?: string
}

export const UNTESTED: Standing = {
  status: 'sandbox',
  counts: NO_TRIALS,
  lifetime: NO_TRIALS,
  headStart: 1,
  drift: NO_DRIFT,
  isAsked: false
}

/** After the declared tests were run in the sandbox. */
export function afterTests(standing: Standing, passed: number, total: number): Change {
  if (standing.status !== 'sandbox' || total === 0 || passed < total) return { standing }
  return {
    standing: { ...standing, status: 'experimental' },
    reason: `${passed} of ${total} declared tests passed`
  }
}

/** After one use that succeeded or failed. Untested and blacklisted skills stay as they are. */
export function afterOutcome(standing: Standing, ok: boolean): Change {
  const { status } = standing
  if (status === 'sandbox' || status === 'blacklisted') return { standing }
  const lifetime = counted(standing.lifetime, ok)
  const next = { ...standing, lifetime, counts: counted(standing.counts, ok) }
  return status === 'verified' ? watched(next, ok) : onTrial(next)
}

/** By hand, for instance since it does harm. */
export function afterBlacklisting(standing: Standing, reason: string): Change {
  if (standing.status === 'blacklisted') return { standing }
  return { standing: { ...standing, status: 'blacklisted' }, reason }
}

/** By hand, where something new is known of it: untested again, with all of its trial before it. */
export function afterPardon(standing: Standing, reason: string): Change {
  if (standing.status !== 'blacklisted') return { standing }
  return { standing: { ...UNTESTED, lifetime: standing.lifetime }, reason }
}

/** On request: what is on trial is made ready whatever is predicted. */
export function afterTrigger(standing: Standing): Change {
  if (standing.status !== 'experimental') return { standing }
  return {
    standing: { ...standing, status: 'pre-warming', isAsked: true },
    reason: 'pre-warming was asked for'
  }
}

/**
 * Others say that it does harm. What was verified here stays; what is on trial is set back and must
 * pass its tests again, so that a false hint costs no more than that.
 */
export function afterHint(standing: Standing, reason: string): Change {
  if (standing.status !== 'experimental' && standing.status !== 'pre-warming') return { standing }
  return { standing: { ...standing, status: 'sandbox', isAsked: false }, reason }
}

/** What others' trials are worth; too late once there was a trial here. */
export function withHeadStart(standing: Standing, headStart: number): Change {
  if (standing.lifetime.trials > 0 || standing.headStart === headStart) return { standing }
  return { standing: { ...standing, headStart } }
}

/**
 * What others' trials are worth without one that lied. A stake may be lowered at any time, and the bound
 * on false promotions holds; it is never raised by this.
 */
export function withoutLiar(standing: Standing, headStart: number): Change {
  if (headStart >= standing.headStart) return { standing }
  return { standing: { ...standing, headStart } }
}

function watched(standing: Standing, ok: boolean): Change {
  const drift = drifted(standing.drift, ok)
  const verdict = driftVerdict(drift)
  const { successes, trials } = drift.run
  if (verdict === 'steady') return { standing: { ...standing, drift } }
  if (verdict === 'collapsed') {
    return {
      standing: { ...standing, drift, status: 'blacklisted' },
      reason: `collapsed: ${successes} of the last ${trials} uses succeeded`
    }
  }
  return {
    standing: { ...UNTESTED, lifetime: standing.lifetime, status: 'experimental' },
    reason: `drifted: ${successes} of the last ${trials} uses succeeded`
  }
}

function onTrial(standing: Standing): Change {
  const { counts, headStart, status, isAsked } = standing
  const tally = `${counts.successes} of ${counts.trials} uses succeeded`
  if (isReliable(counts, headStart)) {
    return {
      standing: { ...standing, status: 'verified', isAsked: false },
      reason: `reliable: ${tally}`
    }
  }
  if (isUseless(counts)) {
    return { standing: { ...standing, status: 'blacklisted' }, reason: `useless: ${tally}` }
  }
  const progress = verificationProgress(counts, headStart)
  const prediction = predictedPromotion(counts)
  if (status === 'experimental' && (progress >= WARM_PROGRESS || prediction >= WARM_PREDICTION)) {
    return { standing: { ...standing, status: 'pre-warming' }, reason: `promising: ${tally}` }
  }
  const isCold = !isAsked && progress < COOL_PROGRESS && prediction < COOL_PREDICTION
  if (status === 'pre-warming' && isCold) {
    return { standing: { ...standing, status: 'experimental' }, reason: `less likely: ${tally}` }
  }
  return { standing }
}
