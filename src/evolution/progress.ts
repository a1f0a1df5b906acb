/**
 * Where the evolution of one persona stands: the outcomes of its baseline, the running trial, and
 * the settings, which adapt to what trials came to (within bounds).
 */
import { z } from 'zod'
import {
  FIRST_STEP,
  FIRST_WINDOW,
  MAX_BASELINE,
  MAX_STEP,
  MAX_WINDOW,
  MIN_BASELINE,
  MIN_REST,
  MIN_STEP,
  MIN_WINDOW
} from './constants.ts'
import type { JournalRow } from '../journal/index.ts'
import { OutcomeValue } from './trial.ts'
import type { StoredTrial } from './trial.ts'
import type { Outcome } from './window-test.ts'

export const ProgressValue = z.object({
  enabled: z.boolean(),
  settings: z.object({ window: z.number(), step: z.number() }),
  /** The version that the latest trial left, or a person made. */
  stable: z.int(),
  /** Versions with the persona of the baseline, and outcomes of their sessions. */
  versions: z.array(z.int()),
  /** Outcomes of the baseline since the latest trial. */
  rested: z.int(),
  baseline: z.array(OutcomeValue),
  /** Outcomes of the window that it was kept by: a baseline for one trial of the hive's rules. */
  provisional: z.array(OutcomeValue).optional(),
  trial: z
    .object({
      number: z.int(),
      version: z.int() /** Outcomes of earlier tries with the same persona. */,
      carried: z.array(OutcomeValue),
      outcomes: z.array(OutcomeValue),
      /** Whether it is compared with the provisional baseline too. */
      isProvisional: z.boolean().optional()
    })
    .optional(),
  /** Trials that ended, and whose rules are not stored as facts yet. */
  pending: z.array(z.int()),
  /** The number of the next trial. */
  next: z.int()
})

export type Progress = z.output<typeof ProgressValue>

/** Size of a window in sessions, and how far numbers are moved, as a share of their range. */
export interface EvolutionSettings {
  readonly window: number
  readonly step: number
}

type Kept = Pick<Progress, 'enabled' | 'next' | 'pending' | 'settings'>

/** Of an agent that has not evolved yet. */
export const NEW_PROGRESS: Kept = {
  enabled: false,
  settings: { window: FIRST_WINDOW, step: FIRST_STEP },
  pending: [],
  next: 0
}

/** A persona whose version `stable` has these outcomes. */
export function progressFrom(
  stable: number,
  outcomes: readonly Outcome[],
  { enabled, settings, pending, next }: Kept
): Progress {
  const baseline = latest(outcomes)
  const rested = baseline.length
  return { enabled, settings, pending, next, stable, versions: [stable], rested, baseline }
}

/** What the running trial is compared with. */
export function baselineOf({ baseline, provisional = [], trial }: Progress): readonly Outcome[] {
  return trial?.isProvisional === true ? [...provisional, ...baseline] : baseline
}

/** What the next trial is compared with; undefined while there are too few outcomes. */
export function nextBaseline({
  baseline,
  provisional,
  rested
}: Progress):
  | { readonly outcomes: [string, boolean][]; readonly isProvisional: boolean }
  | undefined {
  if (baseline.length >= MIN_BASELINE) {
    return rested < MIN_REST ? undefined : { outcomes: baseline, isProvisional: false }
  }
  return provisional && { outcomes: [...provisional, ...baseline], isProvisional: true }
}

/** The progress with one more outcome; undefined if it is of another version. */
export function withOutcome(progress: Progress, row: JournalRow): Progress | undefined {
  const outcome: Outcome = [row.task, row.ok]
  const { trial, versions, baseline } = progress
  if (row.version === trial?.version && trial !== undefined) {
    const outcomes = [...trial.outcomes, outcome].map((each): [string, boolean] => [...each])
    return { ...progress, trial: { ...trial, outcomes: outcomes.slice(-MAX_WINDOW) } }
  }
  if (row.version === undefined || !versions.includes(row.version)) return undefined
  return { ...progress, rested: progress.rested + 1, baseline: latest([...baseline, outcome]) }
}

/**
 * The mutated persona has a baseline of its own, from its next sessions on: outcomes of the window
 * were chosen for being good, and would make every later mutation look worse. They serve for one
 * trial of rules of the hive, which may begin at once: the bias is on the safe side.
 */
export function afterKeeping(progress: Progress): Progress {
  const { trial } = progress
  if (trial === undefined) return progress
  return { ...progressFrom(trial.version, [], progress), provisional: trial.outcomes }
}

/** `version` has the persona of the baseline again. */
export function afterInverting(progress: Progress, version: number): Progress {
  const { trial: _trial, provisional: _provisional, ...rest } = progress
  return {
    ...rest,
    stable: version,
    rested: 0,
    versions: [...progress.versions, version].slice(-MAX_BASELINE)
  }
}

/**
 * Settings after a trial: a window without evidence asks for a longer one, a fast success for a
 * shorter one; numbers are moved further after a success, and less after a loss.
 */
export function adapted(
  { window, step }: EvolutionSettings,
  { status, reason, mutation, outcomes }: StoredTrial
): EvolutionSettings {
  const isFast = status === 'kept' && outcomes !== undefined && outcomes.trials <= window / 2
  const scaled = window * (reason === 'no-evidence' ? 1.25 : isFast ? 0.8 : 1)
  const moved = mutation.do === 'move-number' || mutation.do === 'edit-policy'
  const factor = !moved ? 1 : status === 'kept' ? 1.5 : reason === 'worse' ? 0.6 : 1
  return {
    window: Math.round(Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, scaled))),
    step: Math.min(MAX_STEP, Math.max(MIN_STEP, step * factor))
  }
}

function latest(outcomes: readonly Outcome[]): [string, boolean][] {
  return outcomes.slice(-MAX_BASELINE).map(([task, ok]) => [task, ok])
}
