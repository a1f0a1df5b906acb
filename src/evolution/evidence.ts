/** Which mutations were tried, and for how long what they came to stands. */
import { EVIDENCE_TIME } from './constants.ts'
import type { Progress } from './progress.ts'
import type { StoredTrial } from './trial.ts'

/** How a mutation may be proposed. */
export type Standing = 'excluded' | 'retest' | 'untested'

/**
 * What earlier trials say of mutations, by key. The latest trial of a key counts. A mutation that
 * made the persona worse, or that a person took back, is excluded for 90 days. One that showed no
 * gain is excluded as long as the persona is the same; one without evidence, as long as windows are
 * no longer. What replaced a part stands against the former value.
 */
export function standingOf(
  trials: readonly StoredTrial[],
  { versions, settings }: Pick<Progress, 'settings' | 'versions'>,
  now: number
): (key: string) => Standing {
  const latest = new Map<string, Standing>()
  const note = (key: string, standing: Standing): void => {
    if (!latest.has(key)) latest.set(key, standing)
  }
  for (const { key, inverseKey, status, reason, stable, window, startedAt } of trials) {
    if (now - startedAt > EVIDENCE_TIME) continue
    const isSamePersona = versions.includes(stable)
    if (status === 'kept') note(inverseKey, 'excluded')
    else if (reason === 'worse' || reason === 'rolled-back') note(key, 'excluded')
    else if (reason === 'no-gain' || reason === 'contradiction') {
      note(key, isSamePersona ? 'excluded' : 'retest')
    } else if (reason === 'no-evidence') {
      note(key, isSamePersona && settings.window <= window ? 'excluded' : 'retest')
    } else note(key, 'retest')
  }
  return (key) => latest.get(key) ?? 'untested'
}
