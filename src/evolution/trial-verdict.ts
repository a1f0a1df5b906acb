/** What the window of a trial says, with the outcomes of earlier tries. */
import { MAX_WINDOW, MIN_FRESH } from './constants.ts'
import { judgeWindow } from './window-test.ts'
import type { Progress } from './progress.ts'
import type { StoredTrial, TrialReason } from './trial.ts'
import type { Outcome, Verdict } from './window-test.ts'

export function judgeTrial(
  baseline: readonly Outcome[],
  { carried, outcomes }: NonNullable<Progress['trial']>,
  size: number
): Verdict {
  const most = carried.length + Math.max(size, MAX_WINDOW)
  const verdict = judgeWindow(baseline, [...carried, ...outcomes], carried.length + size, most)
  const isFresh = carried.length > 0 && outcomes.length < Math.min(MIN_FRESH, size)
  return isFresh ? { ...verdict, decision: 'wait', reason: 'open' } : verdict
}

export function withVerdict(
  trial: StoredTrial,
  { baseline, window, probability, task }: Verdict
): StoredTrial {
  return {
    ...trial,
    baseline: { ...baseline },
    outcomes: { ...window },
    probability,
    ...(task === undefined ? {} : { task })
  }
}

export function inversionReason({ reason }: Verdict): TrialReason {
  return reason === 'open' ? 'no-evidence' : reason
}
