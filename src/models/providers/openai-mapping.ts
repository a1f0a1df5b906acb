/** Maps neutral requests and replies to chat completions and back. Pure. */
import type { ChatCompletion, ChatCompletionCreateParams } from 'openai/resources/chat/completions'
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { CompletionUsage } from 'openai/resources/completions'
import type { Message, ProviderRequest, StopReason, TokenUsage } from '../provider.ts'

export interface Dialect {
  /**
   * OpenAI's own models require `max_completion_tokens`; most compatible servers know only the
   * older name.
   */
  readonly ownModels: boolean
}

export type ChatParams = Omit<ChatCompletionCreateParams, 'stream' | 'stream_options'>

export function toChatParams(request: ProviderRequest, { ownModels }: Dialect): ChatParams {
  const { model, messages, tools, jsonSchema, maxOutputTokens } = request
  return {
    model,
    messages: messages.map((message) => toChatMessage(message)),
    ...(ownModels ? { max_completion_tokens: maxOutputTokens } : { max_tokens: maxOutputTokens }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            function: { name, description, parameters: { ...parameters } }
          }))
        }),
    ...(jsonSchema === undefined
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

/** The prompt's count includes tokens read from the cache and written to it. */
export function fromChatUsage(usage: CompletionUsage): TokenUsage {
  const cacheRead = usage.prompt_tokens_details?.cached_tokens ?? 0
  const cacheWrite = usage.prompt_tokens_details?.cache_write_tokens ?? 0
  return {
    input: Math.max(0, usage.prompt_tokens - cacheRead - cacheWrite),
    cacheRead,
    cacheWrite,
    output: usage.completion_tokens
  }
}

export function fromFinishReason(reason: ChatCompletion.Choice['finish_reason']): StopReason {
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

/** The input of a tool call, or the model's own text if it is not JSON. */
export function parseInput(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return text
  }
}
