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

/** One limit in one window: the spent and the reserved amounts. */
export class BudgetCounter {
  readonly what: string
  readonly usd: Picodollars | undefined
  readonly tokens: number | undefined
  spentUsd: Picodollars = 0n
  spentTokens = 0
  reservedUsd: Picodollars = 0n
  reservedTokens = 0

  constructor(what: string, { usd, tokens }: LimitInput) {
    this.what = what
    this.usd = usd === undefined ? undefined : parseUsd(usd)
    this.tokens = tokens
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
    if (exceedsUsd || exceedsTokens) throw this.#exceeded(cost, tokens)
    const waitsUsd =
      this.usd !== undefined && this.spentUsd + this.reservedUsd + (cost ?? 0n) > this.usd
    const waitsTokens =
      this.tokens !== undefined && this.spentTokens + this.reservedTokens + tokens > this.tokens
    return waitsUsd || waitsTokens ? 'later' : 'now'
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
    return new ModelError(
      'BUDGET_EXCEEDED',
      `The budget of ${this.what} does not allow the call: ${parts.join('; ')}. Raise the budget, lower \`maxOutputTokens\`, or wait for the next window.`
    )
  }
}
