/** Spending limits, and the counters of what is spent against them. */
import { z } from 'zod'
import { parseUsd, formatUsd } from './money.ts'
import { ModelError } from '../errors.ts'
import type { Picodollars } from './money.ts'

/** USD as text, such as `0.50`: exact, unlike a floating-point number. */
const Usd = z
  .string()
  .refine((text) => parseUsd(text) !== undefined, 'must be an amount such as "0.50"')

export const Limit = z.strictObject({ usd: Usd.optional(), tokens: z.int().min(0).optional() })

const Windows = z.strictObject({ hour: Limit.optional(), day: Limit.optional() })

export const BudgetOptions = z.strictObject({
  node: Windows.default({}),
  /** By the agent's name, and by the class of the task. */
  agents: z.record(z.string(), Windows).default({}),
  tasks: z.record(z.string(), Windows).default({})
})

export type LimitInput = z.input<typeof Limit>
export type BudgetSettings = z.output<typeof BudgetOptions>
export type Window = 'hour' | 'day'

/** Windows start on the hour and at midnight UTC. */
export const WINDOW_MS: Readonly<Record<Window, number>> = { hour: 3_600_000, day: 86_400_000 }

/** A limit in a window; `calls`: requests to models. */
export interface CounterLimit extends LimitInput {
  readonly calls?: number
}

/** One limit in one window: the spent and the reserved amounts. */
export class BudgetCounter {
  readonly what: string
  usd: Picodollars | undefined
  tokens: number | undefined
  calls: number | undefined
  spentUsd: Picodollars = 0n
  spentTokens = 0
  spentCalls = 0
  reservedUsd: Picodollars = 0n
  reservedTokens = 0
  reservedCalls = 0
  readonly #end: number | undefined

  /** `end`: when the window ends, in milliseconds since 1970. */
  constructor(what: string, limit: CounterLimit, end?: number) {
    this.what = what
    this.#end = end
    this.limitTo(limit)
  }

  /** Replaces the limit; what is spent and reserved stays. */
  limitTo({ usd, tokens, calls }: CounterLimit): void {
    this.usd = usd === undefined ? undefined : parseUsd(usd)
    this.tokens = tokens
    this.calls = calls
  }

  get isLimited(): boolean {
    return this.usd !== undefined || this.tokens !== undefined || this.calls !== undefined
  }

  reserve(cost: Picodollars | undefined, tokens: number): void {
    this.reservedUsd += cost ?? 0n
    this.reservedTokens += tokens
    this.reservedCalls += 1
  }

  unreserve(cost: Picodollars | undefined, tokens: number): void {
    this.reservedUsd -= cost ?? 0n
    this.reservedTokens -= tokens
    this.reservedCalls -= 1
  }

  spend(cost: Picodollars, tokens: number, calls = 1): void {
    this.spentUsd += cost
    this.spentTokens += tokens
    this.spentCalls += calls
  }

  /** Whether four fifths of the money or of the tokens are spent. */
  get isNearlySpent(): boolean {
    const isUsdNearlySpent = this.usd !== undefined && this.spentUsd * 5n >= this.usd * 4n
    return (
      isUsdNearlySpent || (this.tokens !== undefined && this.spentTokens * 5 >= this.tokens * 4)
    )
  }

  /**
   * Whether this much more can be reserved; `later`: after others have settled. Throws if never.
   */
  fits(cost: Picodollars | undefined, tokens: number): 'now' | 'later' {
    if (this.usd !== undefined && cost === undefined) {
      throw new ModelError(
        'PRICE_UNKNOWN',
        `The budget of ${this.what} is in USD, and the model's price is unknown. Add the price to your own catalogue, or set a budget in tokens.`
      )
    }
    const exceedsUsd = this.usd !== undefined && this.spentUsd + (cost ?? 0n) > this.usd
    const exceedsTokens = this.tokens !== undefined && this.spentTokens + tokens > this.tokens
    const exceedsCalls = this.calls !== undefined && this.spentCalls >= this.calls
    if (exceedsUsd || exceedsTokens || exceedsCalls) throw this.#exceeded(cost, tokens)
    const waitsUsd =
      this.usd !== undefined && this.spentUsd + this.reservedUsd + (cost ?? 0n) > this.usd
    const waitsTokens =
      this.tokens !== undefined && this.spentTokens + this.reservedTokens + tokens > this.tokens
    const waitsCalls =
      this.calls !== undefined && this.spentCalls + this.reservedCalls >= this.calls
    return waitsUsd || waitsTokens || waitsCalls ? 'later' : 'now'
  }

  #exceeded(cost: Picodollars | undefined, tokens: number): ModelError {
    const parts = []
    if (this.usd !== undefined) {
      parts.push(
        `${formatUsd(this.spentUsd)} of ${formatUsd(this.usd)} USD are spent, and the call may cost ${formatUsd(cost ?? 0n)} USD`
      )
    }
    if (this.tokens !== undefined) {
      parts.push(
        `${this.spentTokens} of ${this.tokens} tokens are spent, and the call may use ${tokens}`
      )
    }
    if (this.calls !== undefined) parts.push(`${this.spentCalls} of ${this.calls} calls are made`)
    const next = this.#end === undefined ? '' : `, at ${new Date(this.#end).toISOString()}`
    return new ModelError(
      'BUDGET_EXCEEDED',
      `The budget of ${this.what} does not allow the call: ${parts.join('; ')}. Raise the budget, lower \`maxOutputTokens\`, or wait for the next window${next}.`
    )
  }
}
