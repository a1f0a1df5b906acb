/**
 * The test of skills before it expected bursts, as the baseline of `bursts.ts`: it bets on counts,
 * as if outcomes were independent.
 */
import { addOutcome, NO_TRIALS } from '../src/skills/evidence/counts.ts'
import { logWealthOfCounts } from '../src/skills/evidence/independent-bets.ts'
import type { Counts } from '../src/skills/evidence/counts.ts'

export interface IndependentState {
  readonly status: 'blacklisted' | 'trial' | 'verified'
  readonly counts: Counts
  readonly drift: number
  readonly run: Counts
}

export const UNTRIED: IndependentState = {
  status: 'trial',
  counts: NO_TRIALS,
  drift: 0,
  run: NO_TRIALS
}

const DECISION = Math.log(100)
const ALARM = Math.log(2_000)
const COLLAPSE_RATE = 0.2
const REJECTION_BETS = [
  [0.05, 0.3],
  [0.2, 0.4],
  [0.35, 0.3]
] as const

/** After one use. */
export function afterIndependentUse(state: IndependentState, ok: boolean): IndependentState {
  if (state.status === 'blacklisted') return state
  const counts = addOutcome(state.counts, ok)
  if (state.status === 'verified') return afterVerifiedUse(state, ok)
  if (logWealthOfCounts(counts) >= DECISION) return { ...state, counts, status: 'verified' }
  return { ...state, counts, status: isRejectable(counts) ? 'blacklisted' : 'trial' }
}

function afterVerifiedUse(state: IndependentState, ok: boolean): IndependentState {
  const drift = state.drift + Math.log(ok ? 0.6 / 0.8 : 0.4 / 0.2)
  if (drift <= 0) return { ...state, drift: 0, run: NO_TRIALS }
  const run = addOutcome(state.run, ok)
  if (drift < ALARM) return { ...state, drift, run }
  return run.successes <= COLLAPSE_RATE * run.trials ? { ...state, status: 'blacklisted' } : UNTRIED
}

function isRejectable({ trials, successes }: Counts): boolean {
  const wealths = REJECTION_BETS.map(
    ([rate, weight]) =>
      weight * (rate / 0.5) ** successes * ((1 - rate) / 0.5) ** (trials - successes)
  )
  return wealths.reduce((sum, wealth) => sum + wealth, 0) >= 100
}
