/** The neutral interface of providers: what is asked, what comes back. No provider's words here. */
import type { z } from 'zod'

/** `offline` answers by rule, without a model. */
export type Tier = 'premium' | 'fast' | 'offline'

/** A call of a tool that a model asks for. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  /** As the model wrote it: parsed JSON, unchecked. */
  readonly input: unknown
}

/** One message of a conversation. */
export type Message =
  | {
      readonly role: 'system' | 'user'
      readonly content: string
      /** A hint: what stands up to here comes again, and is worth the provider's prompt cache. */
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

/** Tokens; the three of the input are apart, so that each has its own price. */
export interface TokenUsage {
  /** Input that was neither read from a prompt cache nor written to one. */
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
}

/** What a provider is asked. */
export interface ProviderRequest {
  readonly model: string
  /** The class of the task; the offline tier chooses its method by it. */
  readonly task: string
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  /** JSON Schema the output is to fit. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>
  readonly maxOutputTokens: number
}

/** Why a model stopped: at its end, at a limit of tokens, to call tools, or by refusing. */
export type StopReason = 'end' | 'length' | 'tools' | 'refusal'

/** What a provider answered. */
export interface ProviderReply {
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  readonly usage: TokenUsage
  readonly stopReason: StopReason
  /** The model that answered, by its own name. */
  readonly model: string
}

/** A piece of a provider's streamed answer. */
export type ProviderStreamPart =
  | { readonly type: 'text'; readonly text: string }
  /** The last one of every whole stream. */
  | { readonly type: 'end'; readonly reply: ProviderReply }

/** What the provider says of its rate limits: requests and tokens left, and milliseconds until reset. */
export interface RateState {
  readonly requests?: { readonly remaining: number; readonly reset: number }
  readonly tokens?: { readonly remaining: number; readonly reset: number }
}

/** What a provider gets with each call. */
export interface ProviderOptions {
  readonly signal: AbortSignal
  /** Takes what a reply says of rate limits. */
  readonly onRate?: (state: RateState) => void
}

/** One vector for each text, in order. */
export interface Embeddings {
  readonly vectors: readonly (readonly number[])[]
  readonly usage: TokenUsage
}

/** Throws `ProviderFailure`; one attempt each, without retries of its own. */
export interface Provider {
  readonly name: string
  /** One whole answer. */
  generate(request: ProviderRequest, options: ProviderOptions): Promise<ProviderReply>
  /** The answer as it is written; the last part is `end`. */
  stream(request: ProviderRequest, options: ProviderOptions): AsyncIterable<ProviderStreamPart>
  /** Left out by providers without embeddings. */
  embed?(model: string, texts: readonly string[], options: ProviderOptions): Promise<Embeddings>
}

/** A zod schema of the value to generate. */
export type Schema<T> = z.ZodType<T>

export const NO_TOKENS: TokenUsage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }

export function totalOf({ input, cacheRead, cacheWrite, output }: TokenUsage): number {
  return input + cacheRead + cacheWrite + output
}
