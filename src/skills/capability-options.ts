/** Options and arguments of `cortex.capabilities`. */
import { z } from 'zod'
import { MAX_ERROR_LENGTH } from './constants.ts'
import { Status } from './store/skill-values.ts'
import type { DiscoveryOptions } from './discovery.ts'

const Signal = z.instanceof(AbortSignal).optional()
const Limit = z.int().min(1).max(10_000)

export const Calling = z.strictObject({ signal: Signal }).default({})

export const Listing = z
  .strictObject({ status: Status.optional(), text: z.string().optional(), limit: Limit.optional() })
  .default({})

export const Finding = z
  .strictObject({ limit: Limit.default(10), status: z.array(Status).optional() })
  .default({ limit: 10 })

export const Outcome = z.strictObject({
  ok: z.boolean(),
  /** What it was used on; kept in part when it failed. */
  input: z.json().optional(),
  /** Why it failed. */
  error: z.string().optional()
})

export const Failures = z
  .strictObject({
    since: z.date().optional(),
    skill: z.string().optional(),
    limit: Limit.default(100)
  })
  .default({ limit: 100 })

export const Discovering = z
  .strictObject({
    since: z.date().optional(),
    limit: z.int().min(1).max(1_000).default(10),
    signal: Signal,
    onProgress: z
      .custom<DiscoveryOptions['onProgress']>((value) => typeof value === 'function')
      .optional()
  })
  .default({ limit: 10 })

/** What may be decided without evidence. */
export const ByHand = z.enum(['blacklisted', 'sandbox'])
export const Reason = z.string().trim().min(1).max(MAX_ERROR_LENGTH)
export const Choice = z.union([z.string().min(1), z.array(z.string()).min(1)])

export type ListOptions = z.input<typeof Listing>
export type ListSettings = z.output<typeof Listing>
export type FindOptions = z.input<typeof Finding>
export type FindSettings = z.output<typeof Finding>
export type OutcomeInit = z.input<typeof Outcome>
export type FailureOptions = z.input<typeof Failures>

export interface CallOptions {
  readonly signal?: AbortSignal
}
