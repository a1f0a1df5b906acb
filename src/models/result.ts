/** What a call gives back, and what it says of itself. */
import type { Attempt } from './calling/caller.ts'
import type { ModelState } from './catalogue.ts'
import type { StopReason, Tier, TokenUsage, ToolCall } from './provider.ts'

/** How a call was answered, and what it cost. */
export interface CallReport {
  /** The tier that answered; `offline`: by rule, without a model. */
  readonly tier: Tier
  /** `provider/model`. */
  readonly model: string
  readonly offline: boolean
  /** Every attempt of every tier, in order. */
  readonly attempts: readonly Attempt[]
  readonly usage: TokenUsage
  /** USD as decimal text, of all attempts that answered; undefined where a price is unknown. */
  readonly cost: string | undefined
  /** The reply is an earlier one, and cost nothing. */
  readonly cached: boolean
  /** Why the first tier was not enough, if it was not. */
  readonly escalated: string | undefined
}

/** The answer to `generate`. */
export interface Generation<T = unknown> extends CallReport {
  readonly text: string
  /** By the schema; undefined without one. */
  readonly value: T
  readonly toolCalls: readonly ToolCall[]
  readonly stopReason: StopReason
}

/** A piece of a streamed answer; `end` is the last one. */
export type StreamPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'end'; readonly result: Generation }

/** The answer to `embed`. */
export interface EmbedResult extends CallReport {
  /** One for each text, in order. */
  readonly vectors: readonly (readonly number[])[]
}

/** A model of a route, and what a call of it would cost. */
export interface PlannedModel {
  readonly model: string
  readonly state: ModelState
  /** USD as decimal text; undefined where the price is unknown. */
  readonly estimatedCost: string | undefined
  readonly maxCost: string | undefined
}

/** What a call would do. `tokens` counts likely and most input, and most output. */
export interface CallPreview {
  readonly tier: Tier
  /** Models in the order they would be asked. */
  readonly route: readonly PlannedModel[]
  /** Those of the tier behind it, if the answer does not pass. */
  readonly escalation: readonly PlannedModel[]
  readonly tokens: { readonly estimate: number; readonly max: number; readonly output: number }
  /** Probability that the fast tier suffices, as learned; undefined before it has learned enough. */
  readonly fastSuffices: number | undefined
}

/** What models cost, and what budgets have left. */
export interface ModelUsage {
  /** Sums by agent, task and model over the hours kept; USD as decimal text. */
  readonly rows: readonly {
    readonly agent: string
    readonly task: string
    readonly model: string
    readonly calls: number
    readonly tokens: TokenUsage
    readonly cost: string
    /** Part of `cost` that is reserved for calls whose outcome is not known. */
    readonly uncertain: string
    readonly unpriced: number
  }[]
  readonly budgets: readonly {
    readonly what: string
    readonly usd?: { readonly limit: string; readonly spent: string; readonly reserved: string }
    readonly tokens?: { readonly limit: number; readonly spent: number; readonly reserved: number }
  }[]
}
