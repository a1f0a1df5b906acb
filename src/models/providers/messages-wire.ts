/** Replies and events of the Messages API. Blocks and events of unknown types are left out. */
import { z } from 'zod'
import { fromStopReason } from './anthropic-mapping.ts'
import { toolCallsOf } from './tool-calls.ts'
import { messagesUsage } from './usage-wire.ts'
import { NO_TOKENS } from '../provider.ts'
import type { ProviderReply, TokenUsage } from '../provider.ts'

const Block = z.looseObject({
  type: z.string(),
  text: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.unknown().optional()
})

const Message = z.looseObject({
  content: z.array(Block),
  stop_reason: z.string().nullish(),
  model: z.string().nullish(),
  usage: z.unknown().optional()
})

const Event = z.looseObject({
  type: z.string(),
  index: z.int().nullish(),
  message: z.looseObject({ model: z.string().nullish(), usage: z.unknown().optional() }).nullish(),
  content_block: Block.nullish(),
  delta: z
    .looseObject({
      type: z.string().nullish(),
      text: z.string().nullish(),
      partial_json: z.string().nullish(),
      stop_reason: z.string().nullish()
    })
    .nullish(),
  usage: z.unknown().optional()
})

export type MessageEvent = z.output<typeof Event>

/** The reply, or undefined if it does not follow the format. */
export function parseMessage(body: unknown, model: string): ProviderReply | undefined {
  const message = Message.safeParse(body).data
  const calls = message?.content.filter(({ type }) => type === 'tool_use') ?? []
  const toolCalls = toolCallsOf(calls.map(({ id, name, input }) => ({ id, name, input })))
  if (message === undefined || toolCalls === undefined) return undefined
  return {
    text: message.content.map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join(''),
    toolCalls,
    usage: messagesUsage(message.usage) ?? NO_TOKENS,
    stopReason: fromStopReason(message.stop_reason),
    model: message.model ?? model
  }
}

export function parseEvent(body: unknown): MessageEvent | undefined {
  return Event.safeParse(body).data
}

interface OpenCall {
  readonly id: string | null | undefined
  readonly name: string | null | undefined
  /** At the beginning; some servers send all of it here. */
  readonly input: unknown
  /** What came behind, as JSON. */
  text: string
}

/** Puts the events of a streamed message together. */
export class MessageStream {
  /** The types of the blocks that have begun, by their places. */
  readonly #blocks = new Map<number, string>()
  readonly #calls = new Map<number, OpenCall>()
  #isBroken = false
  #text = ''
  #usage: TokenUsage | undefined
  #reason: string | null | undefined
  #model: string
  ended = false

  constructor(model: string) {
    this.#model = model
  }

  /** Takes an event; returns its text. */
  add({ type, index, message, content_block: block, delta, usage }: MessageEvent): string {
    const place = index ?? 0
    if (type === 'message_start') {
      this.#usage = messagesUsage(message?.usage) ?? this.#usage
      this.#model = message?.model ?? this.#model
    } else if (type === 'content_block_start') {
      this.#blocks.set(place, block?.type ?? '')
      if (block?.type === 'tool_use') this.#begin(place, block)
    } else if (type === 'message_delta') {
      this.#usage = messagesUsage(usage, this.#usage)
      this.#reason = delta?.stop_reason
    } else if (type === 'message_stop') this.ended = true
    if (type !== 'content_block_delta') return ''
    const call = this.#calls.get(place)
    const input = delta?.partial_json ?? ''
    if (call !== undefined) call.text += input
    // The beginning of the block was lost, and the name of the tool with it.
    else if (input !== '' && !this.#blocks.has(place)) this.#isBroken = true
    const text = delta?.type === 'text_delta' ? (delta.text ?? '') : ''
    this.#text += text
    return text
  }

  /** Undefined if the events do not make a message. */
  reply(): ProviderReply | undefined {
    const toolCalls = toolCallsOf(
      [...this.#calls.values()].map(({ id, name, input, text }) => ({
        id,
        name,
        input: text === '' ? input : text
      }))
    )
    if (toolCalls === undefined || this.#isBroken) return undefined
    return {
      text: this.#text,
      toolCalls,
      usage: this.#usage ?? NO_TOKENS,
      stopReason: fromStopReason(this.#reason),
      model: this.#model
    }
  }

  #begin(place: number, { id, name, input }: z.output<typeof Block>): void {
    this.#calls.set(place, { id, name, input, text: '' })
  }
}
