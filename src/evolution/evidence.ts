/** Which mutations were tried, and for how long what they came to stands. */
import { EVIDENCE_TIME, MAX_TRIES } from './constants.ts'
import { upsideOf } from './window-test.ts'
import type { Progress } from './progress.ts'
import type { StoredTrial } from './trial.ts'

/** How a mutation may be proposed. `earlier`: it was tried, with another persona than now. */
export type Standing = 'earlier' | 'excluded' | 'retest' | 'untested'

/**
 * What earlier trials say of mutations, by key. A mutation that made the persona worse, or that a
 * person took back, is excluded for 90 days. One that showed no gain is tried again when
 * nothing else is left, `MAX_TRIES` times in all while the persona is the same. One without evidence
 * may be tried again when windows are longer. What replaced a part stands against the former value.
 */
export function standingOf(
  trials: readonly StoredTrial[],
  { versions, settings }: Pick<Progress, 'settings' | 'versions'>,
  now: number
): (key: string) => Standing {
  const standings = new Map<string, Standing>()
  const failures = new Map<string, number>()
  for (const { key, inverseKey, status, reason, stable, window, startedAt } of trials) {
    if (now - startedAt > EVIDENCE_TIME) continue
    // It says nothing of the mutation that its window was cut short.
    if (reason === 'superseded') continue
    const isSamePersona = versions.includes(stable)
    if (status === 'kept') exclude(inverseKey)
    else if (reason === 'worse' || reason === 'rolled-back') exclude(key)
    else if (reason === 'contradiction') {
      if (isSamePersona) exclude(key)
      else standings.set(key, standings.get(key) ?? 'earlier')
    } else {
      const isLonger = reason === 'no-evidence' && settings.window > window
      const failed = (failures.get(key) ?? 0) + (isSamePersona && !isLonger ? 1 : 0)
      failures.set(key, failed)
      if (failed >= MAX_TRIES) exclude(key)
      else if (isSamePersona && standings.get(key) !== 'excluded') standings.set(key, 'retest')
      else standings.set(key, standings.get(key) ?? 'earlier')
    }
  }
  return (key) => standings.get(key) ?? 'untested'

  function exclude(key: string): void {
    standings.set(key, 'excluded')
  }
}

/**
 * How much better a mutation may be, by its latest try with the persona as it is: its gain, and one
 * standard error. So one that is known well to gain little comes after one that is hardly known.
 */
export function upsides(
  trials: readonly StoredTrial[],
  { versions }: Pick<Progress, 'versions'>
): (key: string) => number {
  const latest = new Map<string, number>()
  for (const { key, stable, baseline, outcomes } of trials) {
    if (baseline === undefined || outcomes === undefined) continue
    if (!versions.includes(stable) || latest.has(key)) continue
    latest.set(key, upsideOf({ baseline, window: outcomes }))
  }
  return (key) => latest.get(key) ?? 0
}

/** Keys of mutations that were tried together and taken back, within the time that evidence stands. */
export function suspectsOf(trials: readonly StoredTrial[], now: number): ReadonlySet<string> {
  return new Set(
    trials
      .filter(({ status, startedAt }) => status === 'inverted' && now - startedAt <= EVIDENCE_TIME)
      .flatMap(({ parts }) => parts ?? [])
  )
}

/** Whether the latest trial that ended was of the hive, and was taken back. */
export function hasFailedLast(trials: readonly StoredTrial[]): boolean {
  const latest = trials.find(({ status }) => status === 'kept' || status === 'inverted')
  return latest?.source === 'hive' && latest.status === 'inverted'
}

/** The share of the hive's rules that held here, from one success and one failure on (Laplace). */
export function credibilityOf(trials: readonly StoredTrial[]): number {
  const ended = trials.filter(
    ({ source, status }) => source === 'hive' && (status === 'kept' || status === 'inverted')
  )
  const kept = ended.filter(({ status }) => status === 'kept').length
  return (kept + 1) / (ended.length + 2)
}
