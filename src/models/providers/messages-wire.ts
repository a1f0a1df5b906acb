/** Replies and events of the Messages API. Blocks and events of unknown types are left out. */
import { z } from 'zod'
import { fromStopReason } from './anthropic-mapping.ts'
import { parseInput } from './chat-wire.ts'
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
  if (message === undefined) return undefined
  return {
    text: message.content.map(({ type, text }) => (type === 'text' ? (text ?? '') : '')).join(''),
    toolCalls: message.content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }, index) => ({
        id: id ?? `call_${index}`,
        name: name ?? '',
        input
      })),
    usage: messagesUsage(message.usage) ?? NO_TOKENS,
    stopReason: fromStopReason(message.stop_reason),
    model: message.model ?? model
  }
}

export function parseEvent(body: unknown): MessageEvent | undefined {
  return Event.safeParse(body).data
}

/** Puts the events of a streamed message together. */
export class MessageStream {
  readonly #calls = new Map<number, { id: string; name: string; input: string }>()
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
    } else if (type === 'content_block_start' && block?.type === 'tool_use') {
      const id = block.id ?? `call_${place}`
      this.#calls.set(place, { id, name: block.name ?? '', input: '' })
    } else if (type === 'message_delta') {
      this.#usage = messagesUsage(usage, this.#usage)
      this.#reason = delta?.stop_reason
    } else if (type === 'message_stop') this.ended = true
    if (type !== 'content_block_delta') return ''
    const call = this.#calls.get(place)
    if (call !== undefined) call.input += delta?.partial_json ?? ''
    const text = delta?.type === 'text_delta' ? (delta.text ?? '') : ''
    this.#text += text
    return text
  }

  reply(): ProviderReply {
    return {
      text: this.#text,
      toolCalls: [...this.#calls.values()].map(({ id, name, input }) => ({
        id,
        name,
        input: parseInput(input)
      })),
      usage: this.#usage ?? NO_TOKENS,
      stopReason: fromStopReason(this.#reason),
      model: this.#model
    }
  }
}
