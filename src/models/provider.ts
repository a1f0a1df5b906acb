/** The neutral interface of providers: requests and replies, in no provider's own terms. */
import type { z } from 'zod'

/** `offline` answers by rule, without a model. */
export type Tier = 'premium' | 'fast' | 'offline'

/** A tool call that a model requests. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  /** The model's own text: parsed JSON, unchecked. */
  readonly input: unknown
}

/** One message of a conversation. */
export type Message =
  | {
      readonly role: 'system' | 'user'
      readonly content: string
      /**
       * A hint: the conversation up to here is repeated later, so the provider's prompt cache is
       * useful.
       */
      readonly cache?: boolean
    }
  | {
      readonly role: 'assistant'
      readonly content: string
      readonly toolCalls?: readonly ToolCall[]
    }
  | { readonly role: 'tool'; readonly content: string; readonly toolCallId: string }

/** A tool that a model may call. */
export interface Tool {
  readonly name: string
  readonly description: string
  /** JSON Schema of the input. */
  readonly parameters: Readonly<Record<string, unknown>>
}

/** Tokens; the three input counts are separate, since each has its own price. */
export interface TokenUsage {
  /** Input that was neither read from a prompt cache nor written to one. */
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
}

/** A request to a provider. */
export interface ProviderRequest {
  readonly model: string
  /** The class of the task; the offline tier chooses its method by it. */
  readonly task: string
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  /** JSON Schema of the output. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>
  readonly maxOutputTokens: number
}

/** Why a model stopped: at its end, at a limit of tokens, to call tools, or by refusing. */
export type StopReason = 'end' | 'length' | 'tools' | 'refusal'

/** A provider's reply. */
export interface ProviderReply {
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  readonly usage: TokenUsage
  readonly stopReason: StopReason
  /** The answering model, by its own name. */
  readonly model: string
}

/** A part of a provider's streamed answer. */
export type ProviderStreamPart =
  | { readonly type: 'text'; readonly text: string }
  /** The last part of every complete stream. */
  | { readonly type: 'end'; readonly reply: ProviderReply }

/** The provider's rate limits: requests and tokens left, and milliseconds until reset. */
export interface RateState {
  readonly requests?: { readonly remaining: number; readonly reset: number }
  readonly tokens?: { readonly remaining: number; readonly reset: number }
}

/** Options of each call to a provider. */
export interface ProviderOptions {
  readonly signal: AbortSignal
  /** Called with the rate limits of a reply. */
  readonly onRate?: (state: RateState) => void
}

/** One vector for each text, in order. */
export interface Embeddings {
  readonly vectors: readonly (readonly number[])[]
  readonly usage: TokenUsage
}

/**
 * Throws `ProviderFailure`; one attempt each. Only a request with a field that the server refuses is
 * sent again, without the field.
 */
export interface Provider {
  readonly name: string
  /** One complete answer. */
  generate(request: ProviderRequest, options: ProviderOptions): Promise<ProviderReply>
  /** The answer in parts; the last part is `end`. */
  stream(request: ProviderRequest, options: ProviderOptions): AsyncIterable<ProviderStreamPart>
  /** Missing in providers without embeddings. */
  embed?(model: string, texts: readonly string[], options: ProviderOptions): Promise<Embeddings>
}

/** A zod schema of the value to generate. */
export type Schema<T> = z.ZodType<T>

export const NO_TOKENS: TokenUsage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }

export function totalOf({ input, cacheRead, cacheWrite, output }: TokenUsage): number {
  return input + cacheRead + cacheWrite + output
}
