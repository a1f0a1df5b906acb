/** Results and reports of calls. */
import type { Attempt } from './calling/caller.ts'
import type { ModelState } from './catalogue.ts'
import type { StopReason, Tier, TokenUsage, ToolCall } from './provider.ts'

/** The answering model and the cost of a call. */
export interface CallReport {
  /** The tier that answered; `offline`: by rule, without a model. */
  readonly tier: Tier
  /** `provider/model`. */
  readonly model: string
  readonly offline: boolean
  /** Every attempt of every tier, in order. */
  readonly attempts: readonly Attempt[]
  /** The models that were to answer first and did not, with the last reason of each. */
  readonly unanswered: readonly { readonly model: string; readonly reason: string }[]
  readonly usage: TokenUsage
  /** USD as decimal text, over all answered attempts; undefined if a price is unknown. */
  readonly cost: string | undefined
  /** The reply is a cached one, and cost nothing. */
  readonly cached: boolean
  /** Why the first tier did not suffice: its failed check or error; undefined if it did. */
  readonly escalated: string | undefined
}

/** The answer to `generate`. */
export interface Generation<T = unknown> extends CallReport {
  readonly text: string
  /** The value of the schema; undefined without one. */
  readonly value: T
  readonly toolCalls: readonly ToolCall[]
  readonly stopReason: StopReason
}

/** A part of a streamed answer; `end` is the last one. */
export type StreamPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'end'; readonly result: Generation }

/** The answer to `embed`. */
export interface EmbedResult extends CallReport {
  /** One for each text, in order. */
  readonly vectors: readonly (readonly number[])[]
}

/** A model of a route, and the cost of calling it. */
export interface PlannedModel {
  readonly model: string
  readonly state: ModelState
  /** Whether the estimated input and the output fit its window; the model is skipped if not. */
  readonly fits: boolean
  /** USD as decimal text; undefined if the price is unknown. */
  readonly estimatedCost: string | undefined
  readonly maxCost: string | undefined
}

/** A preview of a call. `tokens` has estimated and maximum input, and maximum output. */
export interface CallPreview {
  readonly tier: Tier
  /** Models in the order of calls. */
  readonly route: readonly PlannedModel[]
  /** Models of the next tier, if the answer fails its check. */
  readonly escalation: readonly PlannedModel[]
  readonly tokens: { readonly estimate: number; readonly max: number; readonly output: number }
  /**
   * The learned chance that fast fails its check and premium passes, and whether text or length
   * alone predicts it. Above the threshold, by the prices of both tiers, premium is asked first.
   * Undefined before 50 outcomes, and for requests that are not checked.
   */
  readonly gain:
    | { readonly chance: number; readonly by: 'text' | 'length'; readonly threshold: number }
    | undefined
}

/** Spending, and the rest of the budgets. */
export interface ModelUsage {
  /** Sums by agent, task and model over the stored hours; USD as decimal text. */
  readonly rows: readonly {
    readonly agent: string
    readonly task: string
    readonly model: string
    readonly calls: number
    readonly tokens: TokenUsage
    readonly cost: string
    /** The part of `cost` that is reserved for calls with an unknown outcome. */
    readonly uncertain: string
    readonly unpriced: number
  }[]
  readonly budgets: readonly {
    readonly what: string
    readonly usd?: { readonly limit: string; readonly spent: string; readonly reserved: string }
    readonly tokens?: { readonly limit: number; readonly spent: number; readonly reserved: number }
  }[]
}
