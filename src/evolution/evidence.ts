/** Which mutations were tried, and for how long what they came to stands. */
import { EVIDENCE_TIME, MAX_TRIES } from './constants.ts'
import type { Progress } from './progress.ts'
import type { StoredTrial } from './trial.ts'

/** How a mutation may be proposed. */
export type Standing = 'excluded' | 'retest' | 'untested'

/**
 * What earlier trials say of mutations, by key. A mutation that made the persona worse, or that a
 * person took back, is excluded for 90 days. One that showed no gain is tried again once, when
 * nothing else is left, and then excluded as long as the persona is the same. One without evidence
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
    const isSamePersona = versions.includes(stable)
    if (status === 'kept') exclude(inverseKey)
    else if (reason === 'worse' || reason === 'rolled-back') exclude(key)
    else if (reason === 'contradiction') {
      if (isSamePersona) exclude(key)
      else standings.set(key, standings.get(key) ?? 'retest')
    } else {
      const isLonger = reason === 'no-evidence' && settings.window > window
      const failed = (failures.get(key) ?? 0) + (isSamePersona && !isLonger ? 1 : 0)
      failures.set(key, failed)
      if (failed >= MAX_TRIES) exclude(key)
      else standings.set(key, standings.get(key) ?? 'retest')
    }
  }
  return (key) => standings.get(key) ?? 'untested'

  function exclude(key: string): void {
    standings.set(key, 'excluded')
  }
}

/** The probability that a mutation is better, by its latest try with the persona as it is, or 0. */
export function probabilities(
  trials: readonly StoredTrial[],
  { versions }: Pick<Progress, 'versions'>
): (key: string) => number {
  const latest = new Map<string, number>()
  for (const { key, stable, probability } of trials) {
    if (probability !== undefined && versions.includes(stable) && !latest.has(key)) {
      latest.set(key, probability)
    }
  }
  return (key) => latest.get(key) ?? 0
}

/** The share of the hive's rules that held here, from one success and one failure on (Laplace). */
export function credibilityOf(trials: readonly StoredTrial[]): number {
  const ended = trials.filter(
    ({ source, status }) => source === 'hive' && (status === 'kept' || status === 'inverted')
  )
  const kept = ended.filter(({ status }) => status === 'kept').length
  return (kept + 1) / (ended.length + 2)
}
