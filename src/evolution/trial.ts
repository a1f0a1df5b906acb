/** Trials of mutations: what was tried on a persona, when, and how it ended. */
import { z } from 'zod'
import { MutationSchema } from '../personas/index.ts'
import type { PersonaMutation, VersionConflict } from '../personas/index.ts'
import type { Verdict } from './window-test.ts'

export const SOURCES = ['hive', 'mechanical', 'model', 'person'] as const
export const STATUSES = ['running', 'kept', 'inverted', 'conflict', 'rejected'] as const
export const REASONS = [
  'better',
  'contradiction',
  'edited',
  'no-evidence',
  'no-gain',
  'rolled-back',
  'superseded',
  'worse'
] as const

/** Who proposed a mutation. */
export type MutationSource = 'hive' | 'mechanical' | 'model' | 'person'

/**
 * `running`: its window is open; `kept`: it was shown to be better; `inverted`: it was taken back;
 * `conflict`: a person edited what it changed, so that nothing was taken back; `rejected`: it
 * contradicts a rule or a goal, and was not applied.
 */
export type TrialStatus = 'conflict' | 'inverted' | 'kept' | 'rejected' | 'running'

/** Why a trial ended. `superseded`: rules of the hive came before it; it may be tried again. */
export type TrialReason =
  | 'better'
  | 'contradiction'
  | 'edited'
  | 'no-evidence'
  | 'no-gain'
  | 'rolled-back'
  | 'superseded'
  | 'worse'

export const OutcomeValue = z.tuple([z.string(), z.boolean()])

const CountsValue = z.object({ trials: z.int(), successes: z.int() })

export const TrialValue = z.object({
  number: z.int(),
  mutation: MutationSchema,
  key: z.string(),
  inverseKey: z.string(),
  source: z.enum(SOURCES),
  why: z.string().optional(),
  status: z.enum(STATUSES),
  reason: z.enum(REASONS).optional(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  version: z.int().optional(),
  stable: z.int(),
  window: z.int(),
  baseline: CountsValue.optional(),
  outcomes: CountsValue.optional(),
  probability: z.number().optional(),
  task: z.string().optional(),
  findings: z.array(z.string()).optional(),
  evidence: z.array(OutcomeValue).optional(),
  hiveRule: z.string().optional(),
  /** Keys of the mutations that it combines. */
  parts: z.array(z.string()).optional()
})

/** A trial as it is stored. */
export type StoredTrial = Omit<z.output<typeof TrialValue>, 'mutation'> & {
  readonly mutation: PersonaMutation
}

/** A mutation that was tried on a persona. */
export interface MutationTrial {
  /** From 0 on, of one agent. */
  readonly number: number
  readonly mutation: PersonaMutation
  readonly source: MutationSource
  readonly why?: string
  readonly status: TrialStatus
  readonly reason?: TrialReason
  readonly startedAt: Date
  readonly endedAt?: Date
  /** The version of the persona that it made; undefined if it was rejected. */
  readonly version?: number
  /** Sessions of the window. */
  readonly window: number
  /** Outcomes before it; and under it, with those of earlier tries of the same persona. */
  readonly baseline?: Verdict['baseline']
  readonly outcomes?: Verdict['window']
  /** The probability that it is better, 0 to 1; for `task`, if there is one. */
  readonly probability?: number
  /** The only class of task for which it is shown to be better. */
  readonly task?: string
  /** Why it was rejected. */
  readonly findings?: readonly string[]
}

/** A mutation to try. */
export interface NewTrial {
  readonly mutation: PersonaMutation
  readonly source: MutationSource
  readonly why?: string
  /** The id of the rule of the hive that chose it. */
  readonly hiveRule?: string
  /** The version that it was proposed for. */
  readonly version: number
  /** Whether the window that the persona was kept by is its baseline. */
  readonly isProvisional?: boolean
}

/** What became of a trial that was looked at. */
export type Settlement =
  | { readonly status: 'idle' }
  | { readonly status: 'waiting' | 'kept' | 'inverted'; readonly trial: MutationTrial }
  | {
      readonly status: 'conflict'
      readonly trial: MutationTrial
      /** What was edited since; nothing was taken back. */
      readonly conflicts: readonly VersionConflict[]
    }

export function trialOf(stored: StoredTrial): MutationTrial {
  const { key: _key, inverseKey: _inverse, stable: _stable, ...rest } = stored
  const {
    evidence: _evidence,
    hiveRule: _hiveRule,
    parts: _parts,
    startedAt,
    endedAt,
    ...shown
  } = rest
  return {
    ...shown,
    startedAt: new Date(startedAt),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt) })
  }
}
