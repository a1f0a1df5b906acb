/** Options and arguments of `cortex.capabilities`. */
import { z } from 'zod'
import { Signal } from '../arguments/index.ts'
import { MAX_ERROR_LENGTH } from './constants.ts'
import { CallerName, RunId } from './running/run-options.ts'
import { Status } from './store/skill-values.ts'
import type { DiscoveryOptions } from './discovery.ts'

const Limit = z.int().min(1).max(10_000)

export const CallSchema = z.strictObject({ signal: Signal }).default({})

export const ListSchema = z
  .strictObject({ status: Status.optional(), text: z.string().optional(), limit: Limit.optional() })
  .default({})

export const FindSchema = z
  .strictObject({ limit: Limit.default(10), status: z.array(Status).optional() })
  .default({ limit: 10 })

export const BeginSchema = z
  .strictObject({ run: RunId.optional(), caller: CallerName.optional() })
  .default({})

export const OutcomeSchema = z.strictObject({
  ok: z.boolean(),
  /** The id of the run: a run that was reported before does not count again. */
  run: RunId.optional(),
  /** The task, session or user; its uses within an hour count as one in the tests of the rate. */
  caller: CallerName.optional(),
  /** The input of the use; a failed use stores a part of it. */
  input: z.json().optional(),
  /** The reason of the failure. */
  error: z.string().optional()
})

export const FailuresSchema = z
  .strictObject({
    since: z.date().optional(),
    skill: z.string().optional(),
    limit: Limit.default(100)
  })
  .default({ limit: 100 })

export const DiscoverySchema = z
  .strictObject({
    since: z.date().optional(),
    limit: z.int().min(1).max(1_000).default(10),
    signal: Signal,
    onProgress: z
      .custom<DiscoveryOptions['onProgress']>((value) => typeof value === 'function')
      .optional()
  })
  .default({ limit: 10 })

/** Statuses that may be set without evidence. */
export const ManualStatus = z.enum(['blacklisted', 'sandbox'])
export const ReasonSchema = z.string().trim().min(1).max(MAX_ERROR_LENGTH)
export const ChoiceSchema = z.union([z.string().min(1), z.array(z.string()).min(1)])

/**
 * Which skills to list. At most `limit` of them, 1 to 10,000; default all.
 *
 * @interface
 */
export type ListOptions = NonNullable<z.input<typeof ListSchema>>
/**
 * At most `limit` results, 1 to 10,000; default 10.
 *
 * @interface
 */
export type FindOptions = NonNullable<z.input<typeof FindSchema>>
/**
 * A run that begins: its id (default: a new one), and its caller.
 *
 * @interface
 */
export type BeginOptions = NonNullable<z.input<typeof BeginSchema>>
/**
 * The outcome of a use of a skill.
 *
 * @interface
 */
export type OutcomeInit = z.input<typeof OutcomeSchema>
/**
 * Failures since a time, or of one skill, by id or name; at most `limit`, default 100.
 *
 * @interface
 */
export type FailureOptions = NonNullable<z.input<typeof FailuresSchema>>

/** Aborting the signal stops the waiting. */
export interface CallOptions {
  readonly signal?: AbortSignal
}
export type ListSettings = z.output<typeof ListSchema>
export type FindSettings = z.output<typeof FindSchema>
