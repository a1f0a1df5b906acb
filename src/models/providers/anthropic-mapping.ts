/** Maps neutral requests and replies to the Messages API and back. Pure. */
import type {
  ContentBlockParam,
  MessageCreateParamsBase,
  MessageParam,
  TextBlockParam
} from '@anthropic-ai/sdk/resources/messages'
import type { Message, ProviderRequest, StopReason } from '../provider.ts'

export type MessagesParams = Omit<MessageCreateParamsBase, 'stream'>

/** System messages go to their own field; tool results are blocks of a user's turn. */
export function toMessagesParams(request: ProviderRequest): MessagesParams {
  const { model, messages, tools, jsonSchema, maxOutputTokens } = request
  const system = messages.flatMap((message) =>
    message.role === 'system' ? [textBlock(message.content, message.cache)] : []
  )
  return {
    model,
    max_tokens: maxOutputTokens,
    messages: turnsOf(messages),
    ...(system.length === 0 ? {} : { system }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            name,
            description,
            input_schema: { ...parameters, type: 'object' as const }
          }))
        }),
    ...(jsonSchema === undefined
      ? {}
      : { output_config: { format: { type: 'json_schema', schema: { ...jsonSchema } } } })
  }
}

/** Merges consecutive turns of one role, since the roles must alternate. */
function turnsOf(messages: readonly Message[]): MessageParam[] {
  const turns: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = []
  for (const message of messages) {
    if (message.role === 'system') continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.content.push(...blocksOf(message))
    else turns.push({ role, content: blocksOf(message) })
  }
  return turns
}

function blocksOf(message: Exclude<Message, { role: 'system' }>): ContentBlockParam[] {
  switch (message.role) {
    case 'tool':
      return [{ type: 'tool_result', tool_use_id: message.toolCallId, content: message.content }]
    case 'assistant': {
      const { content, toolCalls = [] } = message
      const text: ContentBlockParam[] = content === '' ? [] : [{ type: 'text', text: content }]
      return [
        ...text,
        ...toolCalls.map(({ id, name, input }) => ({ type: 'tool_use' as const, id, name, input }))
      ]
    }
    case 'user':
      return [textBlock(message.content, message.cache)]
    default:
      return []
  }
}

function textBlock(text: string, cache = false): TextBlockParam {
  return { type: 'text', text, ...(cache ? { cache_control: { type: 'ephemeral' } } : {}) }
}

export function fromStopReason(reason: string | null | undefined): StopReason {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'tool_use':
      return 'tools'
    case 'refusal':
      return 'refusal'
    default:
      return 'end'
  }
}
