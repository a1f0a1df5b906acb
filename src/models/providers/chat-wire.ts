/**
 * Chat completions as servers send them. What a server leaves out, or sends as null, is absent;
 * what it does send must have the type of the format, or a form that a server is known to send.
 */
import { z } from 'zod'
import { withoutThinking } from './think-filter.ts'
import { toolCallsOf } from './tool-calls.ts'
import { chatUsage } from './usage-wire.ts'
import { NO_TOKENS } from '../provider.ts'
import type { ProviderReply, StopReason } from '../provider.ts'

const Part = z.looseObject({ type: z.string().nullish(), text: z.string().nullish() })

/** Text, or parts of which only those of type `text` are the answer. */
const Content = z
  .union([
    z.string(),
    z
      .array(Part)
      .transform((parts) =>
        parts.map(({ type, text }) => ((type ?? 'text') === 'text' ? (text ?? '') : '')).join('')
      )
  ])
  .nullish()
  .transform((content) => content ?? '')

const Call = z.looseObject({
  id: z.string().nullish(),
  index: z.int().nullish(),
  function: z
    .looseObject({
      name: z.string().nullish(),
      arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish()
    })
    .nullish()
})

const Message = z.looseObject({
  content: Content,
  refusal: z.string().nullish(),
  tool_calls: z.array(Call).nullish()
})

const Completion = z.looseObject({
  choices: z
    .array(z.looseObject({ message: Message, finish_reason: z.string().nullish() }))
    .nullish(),
  usage: z.unknown().optional(),
  model: z.string().nullish()
})

const Chunk = z.looseObject({
  choices: z
    .array(z.looseObject({ delta: Message.nullish(), finish_reason: z.string().nullish() }))
    .nullish(),
  usage: z.unknown().optional(),
  /** Where Groq put the usage of a stream. */
  x_groq: z.looseObject({ usage: z.unknown().optional() }).nullish(),
  model: z.string().nullish()
})

export type WireCall = z.output<typeof Call>
export type WireMessage = z.output<typeof Message>
export type WireChunk = z.output<typeof Chunk>

/** The reply, or undefined if it does not follow the format. */
export function parseCompletion(body: unknown, model: string): ProviderReply | undefined {
  const completion = Completion.safeParse(body).data
  const choice = completion?.choices?.[0]
  if (completion === undefined || choice === undefined) return undefined
  const { content, refusal, tool_calls: calls } = choice.message
  return chatReply({
    text: withoutThinking(content),
    refusal: refusal ?? '',
    calls: (calls ?? []).map((call) => ({
      id: call.id ?? '',
      name: call.function?.name ?? '',
      input: inputOf(call)
    })),
    reason: choice.finish_reason,
    usage: completion.usage,
    model: completion.model ?? model
  })
}

/** A chunk; null if it has nothing to read, undefined if it does not follow the format. */
export function parseChunk(body: unknown): WireChunk | null | undefined {
  return body === null ? null : Chunk.safeParse(body).data
}

export interface ChatParts {
  readonly text: string
  readonly refusal: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: string }[]
  readonly reason: string | null | undefined
  readonly usage: unknown
  readonly model: string
}

/** Undefined if a tool call has no name. */
export function chatReply(parts: ChatParts): ProviderReply | undefined {
  const { text, refusal, calls, reason, usage, model } = parts
  const toolCalls = toolCallsOf(calls)
  if (toolCalls === undefined) return undefined
  const said = text === '' ? refusal : text
  const stop = refusal === '' ? fromFinishReason(reason) : 'refusal'
  return {
    text: said,
    toolCalls,
    // Some servers report no usage; then the reservation is booked.
    usage: chatUsage(usage) ?? NO_TOKENS,
    // Gemini ends tool calls with `stop`.
    stopReason: stop === 'end' && toolCalls.length > 0 ? 'tools' : stop,
    model
  }
}

export function inputOf({ function: called }: WireCall): string {
  const input = called?.arguments ?? ''
  return typeof input === 'string' ? input : JSON.stringify(input)
}

function fromFinishReason(reason: string | null | undefined): StopReason {
  switch (reason) {
    case 'length':
      return 'length'
    case 'tool_calls':
    case 'function_call':
      return 'tools'
    case 'content_filter':
      return 'refusal'
    default:
      return 'end'
  }
}
