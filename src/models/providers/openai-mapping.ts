/** Maps neutral requests and replies to chat completions and back. Pure. */
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { Message, ProviderRequest } from '../provider.ts'

export interface Dialect {
  /**
   * OpenAI's own models require `max_completion_tokens`; most compatible servers know only the
   * older name.
   */
  readonly ownModels: boolean
  /** Fields that the server has refused for this model. */
  readonly refused: ReadonlySet<RefusedField>
}

/**
 * Fields that some servers refuse: a request without them means the same, since a schema is in the
 * prompt too, and missing usage books the reservation. `max_tokens` gets its newer name.
 */
export type RefusedField = 'stream_options' | 'response_format' | 'max_tokens'

export type ChatParams = Omit<ChatCompletionCreateParams, 'stream' | 'stream_options'>

export function toChatParams(
  request: ProviderRequest,
  { ownModels, refused }: Dialect
): ChatParams {
  const { model, messages, tools, jsonSchema, maxOutputTokens } = request
  return {
    model,
    messages: messages.map((message) => toChatMessage(message)),
    ...(ownModels || refused.has('max_tokens')
      ? { max_completion_tokens: maxOutputTokens }
      : { max_tokens: maxOutputTokens }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            function: { name, description, parameters: { ...parameters } }
          }))
        }),
    ...(jsonSchema === undefined || refused.has('response_format')
      ? {}
      : {
          response_format: {
            type: 'json_schema' as const,
            json_schema: { name: 'output', schema: { ...jsonSchema } }
          }
        })
  }
}

function toChatMessage(message: Message): ChatCompletionMessageParam {
  switch (message.role) {
    case 'tool':
      return { role: 'tool', content: message.content, tool_call_id: message.toolCallId }
    case 'assistant': {
      const { content, toolCalls = [] } = message
      if (toolCalls.length === 0) return { role: 'assistant', content }
      return {
        role: 'assistant',
        content,
        tool_calls: toolCalls.map(({ id, name, input }) => ({
          id,
          type: 'function',
          function: { name, arguments: JSON.stringify(input) }
        }))
      }
    }
    case 'system':
    case 'user':
      return { role: message.role, content: message.content }
  }
}
