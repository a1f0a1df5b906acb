/** Limits of an agent: what it may spend, call, store and run. */
import { z } from 'zod'
import { HiveError } from '../errors.ts'
import { DAY } from './constants.ts'

/** USD as text, such as `0.50`: at most 12 decimals, as in budgets. */
const Usd = z.string().regex(/^\d{1,9}(\.\d{1,12})?$/, 'must be an amount such as "0.50"')
const Count = z.int().min(0)

/** Fields of the limits, with what each of them counts. */
export const LIMIT_FIELDS = {
  usdPerDay: Usd,
  tokensPerDay: Count,
  modelCallsPerDay: Count,
  facts: Count,
  factsPerDay: Count,
  skillRunsPerDay: Count
} as const

export const Limits = z.strictObject(LIMIT_FIELDS).partial()

/** A change of limits: null removes a limit. */
export const LimitsChange = z.strictObject({
  usdPerDay: Usd.nullable().optional(),
  tokensPerDay: Count.nullable().optional(),
  modelCallsPerDay: Count.nullable().optional(),
  facts: Count.nullable().optional(),
  factsPerDay: Count.nullable().optional(),
  skillRunsPerDay: Count.nullable().optional()
})

/** Limits of an agent. An absent one is no limit. Days begin at midnight UTC. */
export interface AgentLimits {
  /** Money that its calls of models may cost a day, in USD as text, such as `0.50`. */
  readonly usdPerDay?: string
  /** Tokens of its calls of models a day. */
  readonly tokensPerDay?: number
  /** Requests to models a day, repeated ones included. */
  readonly modelCallsPerDay?: number
  /** Facts that it was the first to learn and that are stored. */
  readonly facts?: number
  /** New facts a day. */
  readonly factsPerDay?: number
  /** Runs of skills a day: uses, and declared tests that it starts. */
  readonly skillRunsPerDay?: number
}

/** A change of limits. Null removes a limit; a limit that is not named stays. */
export type AgentLimitsChange = { readonly [K in keyof AgentLimits]?: AgentLimits[K] | null }

export function changedLimits(before: AgentLimits, change: AgentLimitsChange): AgentLimits {
  const all = Object.entries({ ...before, ...change })
  const set = all.filter(([, value]) => value !== null && value !== undefined)
  return Limits.parse(Object.fromEntries(set))
}

/** The limits of an agent as the ledger of models reads them. */
export function modelLimits({ usdPerDay, tokensPerDay, modelCallsPerDay }: AgentLimits): {
  readonly usd?: string
  readonly tokens?: number
  readonly calls?: number
} {
  return { usd: usdPerDay, tokens: tokensPerDay, calls: modelCallsPerDay }
}

/** The number of the day of a time. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY)
}

/** The error of a call that would exceed a limit. `day`: the day that the limit is counted in. */
export function limitExceeded(
  agent: string,
  what: string,
  { limit, used, day }: { readonly limit: number; readonly used: number; readonly day?: number }
): HiveError {
  const end =
    day === undefined
      ? 'It has no end: forget facts of this agent, or let a person raise the limit'
      : `It ends at ${new Date((day + 1) * DAY).toISOString()}, or when a person raises the limit`
  return new HiveError(
    'LIMIT_EXCEEDED',
    `The agent "${agent}" is limited to ${limit} ${what}, and has ${used}. ${end} with "hive govern limits".`
  )
}
