/** Rows of the journal: outcomes of sessions and of actions in them. */
import { z } from 'zod'
import { Key } from '../arguments/index.ts'
import { MAX_ACTION_LENGTH, MAX_ERROR_LENGTH, MAX_RUN_LENGTH } from './constants.ts'

const ErrorClass = z.string().min(1).max(MAX_ERROR_LENGTH)
const Amount = z.number().min(0)

/** What a caller may state of an outcome. */
export const OUTCOME_FIELDS = {
  task: Key.optional(),
  error: ErrorClass.optional(),
  ms: Amount.optional(),
  costUsd: Amount.optional(),
  tokens: z.int().min(0).optional()
} as const

export const ActionInput = z.strictObject({
  name: z.string().min(1).max(MAX_ACTION_LENGTH),
  ok: z.boolean(),
  run: z.string().min(1).max(MAX_RUN_LENGTH).optional(),
  ...OUTCOME_FIELDS
})

/** An action of an agent and its outcome. */
export interface ActionOutcome {
  /** What was done, such as the name of a tool; at most 100 characters. */
  readonly name: string
  readonly ok: boolean
  /** An id of the run: of several outcomes with one id only the first is stored. */
  readonly run?: string
  /** The class of task; by default that of the session. */
  readonly task?: string
  /** The class of the error, such as a code; never its message. */
  readonly error?: string
  /** Milliseconds that it took. */
  readonly ms?: number
  readonly costUsd?: number
  readonly tokens?: number
}

/** A stored outcome. */
export interface JournalRow extends Omit<ActionOutcome, 'task'> {
  /** From 0 on; of one agent. */
  readonly number: number
  readonly kind: 'action' | 'session'
  readonly at: Date
  readonly task: string
  /** The id of the session. */
  readonly session?: string
  /** The version of the persona that the session began with; 0 without a persona. */
  readonly version?: number
}

/** An outcome that is not stored yet. */
export type NewRow = Omit<JournalRow, 'at' | 'number'>

export const StoredRow = z.object({
  number: z.int(),
  kind: z.enum(['action', 'session']),
  at: z.number().transform((at) => new Date(at)),
  name: z.string(),
  ok: z.boolean(),
  task: z.string(),
  run: z.string().optional(),
  session: z.string().optional(),
  version: z.int().optional(),
  error: z.string().optional(),
  ms: z.number().optional(),
  costUsd: z.number().optional(),
  tokens: z.number().optional()
})

/** The class of a thrown error: its code, else its name. Its message may have private text. */
export function errorClassOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'Error'
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
  const found = [code, name].find((each) => typeof each === 'string' && /^\w[\w.-]*$/.test(each))
  return typeof found === 'string' ? found.slice(0, MAX_ERROR_LENGTH) : 'Error'
}
