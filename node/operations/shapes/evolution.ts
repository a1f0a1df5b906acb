/** Shapes of the evolution of personas, and of the journal. */
import { z } from 'zod'
import { StoredRow } from '../../../src/journal/index.ts'
import { MutationSchema } from '../../../src/personas/index.ts'
import { PersonaConflicts, PersonaVersion } from './agents.ts'
import { Confidence, Count, Moment } from './common.ts'
import { JsonValue } from './skills.ts'

const Counts = z.strictObject({ trials: Count, successes: Count })

const TRIAL = {
  number: Count,
  mutation: MutationSchema,
  source: z.enum(['hive', 'mechanical', 'model', 'person']),
  why: z.string().optional(),
  status: z.enum(['running', 'kept', 'inverted', 'conflict', 'rejected']),
  reason: z
    .enum([
      'better',
      'contradiction',
      'edited',
      'no-evidence',
      'no-gain',
      'rolled-back',
      'superseded',
      'worse'
    ])
    .optional(),
  startedAt: Moment,
  endedAt: Moment.optional(),
  version: z.int().optional(),
  window: Count,
  baseline: Counts.optional(),
  outcomes: Counts.optional(),
  probability: Confidence.optional(),
  task: z.string().optional(),
  findings: z.array(z.string()).optional()
} as const

export const Trial = z
  .strictObject(TRIAL)
  .meta({ id: 'MutationTrial', description: 'A mutation that was tried on a persona' })

export const EvolutionState = z
  .strictObject({
    enabled: z.boolean(),
    settings: z.strictObject({ window: z.number(), step: z.number() }),
    baseline: Counts,
    trial: Trial.optional()
  })
  .meta({ id: 'EvolutionState' })

export const MutationProposal = z
  .strictObject({
    mutation: MutationSchema,
    source: z.enum(['hive', 'mechanical', 'model']),
    why: z.string(),
    hiveRule: z.string().optional()
  })
  .meta({ id: 'MutationProposal' })

const EXAMINED = {
  verdict: z.enum(['clear', 'contradiction', 'unknown']),
  findings: z.array(z.string())
} as const

export const MutationPreview = z
  .strictObject({
    ...EXAMINED,
    changes: z.array(
      z.strictObject({
        path: z.array(z.string()),
        before: JsonValue.optional(),
        after: JsonValue.optional()
      })
    )
  })
  .meta({ id: 'MutationPreview' })

const Settlement = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('idle') }),
  z.strictObject({ status: z.enum(['waiting', 'kept', 'inverted']), trial: Trial }),
  z.strictObject({ status: z.literal('conflict'), trial: Trial, conflicts: PersonaConflicts })
])

export const EvolutionStep = z
  .strictObject({
    settled: Settlement,
    started: Trial.optional(),
    rules: Count,
    waits: z
      .enum(['baseline', 'frozen', 'nothing-to-improve', 'nothing-to-try', 'window'])
      .optional()
  })
  .meta({ id: 'EvolutionStep' })

export const StableRollback = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('unchanged') }),
  z.strictObject({ status: z.literal('inverted'), trial: Trial }),
  z.strictObject({ status: z.literal('rolled-back'), version: PersonaVersion }),
  z.strictObject({ status: z.literal('conflict'), conflicts: PersonaConflicts })
])

export const PassReport = z
  .strictObject({
    agents: z.array(
      z.strictObject({
        agent: z.string(),
        step: EvolutionStep.optional(),
        error: z.string().optional()
      })
    ),
    checks: z.array(z.strictObject({ check: z.string(), findings: z.array(z.string()) })),
    isComplete: z.boolean(),
    ms: z.number()
  })
  .meta({ id: 'PassReport' })

export const JournalRow = z
  .strictObject({ ...StoredRow.shape, at: Moment })
  .meta({ id: 'JournalRow', description: 'The outcome of an action or a session of an agent' })

const SUMMARY = {
  total: Count,
  successes: Count,
  ms: z.strictObject({ median: z.number(), p95: z.number() }).optional(),
  costUsd: z.number(),
  tokens: z.number()
} as const

export const JournalSummary = z
  .strictObject({
    sessions: z.strictObject(SUMMARY),
    actions: z.strictObject(SUMMARY),
    tasks: z.array(z.strictObject({ ...SUMMARY, task: z.string() })),
    errors: z.array(z.strictObject({ error: z.string(), count: Count })),
    since: Moment.optional()
  })
  .meta({ id: 'JournalSummary' })

export const SessionState = z
  .strictObject({
    id: z.string(),
    startedAt: Moment,
    task: z.string(),
    version: z.int(),
    endedAt: Moment.optional(),
    outcome: z.enum(['success', 'failure', 'abandoned']).optional(),
    interactions: Count,
    stored: Count
  })
  .meta({ id: 'SessionState', description: 'One run of an agent' })
