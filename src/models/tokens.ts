/**
 * Tokens of a request before it is sent. The bound is safe for byte-level tokenizers, as all of the
 * catalogue's models have: a token stands for a byte at least. The estimate is for people to read.
 */
import { MESSAGE_TOKENS } from './constants.ts'
import type { Message, Tool } from './provider.ts'

/** Bytes of English text a token, roughly (OpenAI's and Anthropic's own rule of thumb: 4 characters). */
const BYTES_PER_TOKEN = 4

export interface TokenBound {
  /** Never exceeded. */
  readonly most: number
  /** About right for English prose. */
  readonly likely: number
}

export function inputTokens(
  messages: readonly Message[],
  tools: readonly Tool[] = [],
  jsonSchema?: object
): TokenBound {
  let bytes = 0
  for (const message of messages) {
    bytes += Buffer.byteLength(message.content)
    if (message.role === 'assistant' && message.toolCalls !== undefined) {
      bytes += Buffer.byteLength(JSON.stringify(message.toolCalls))
    }
  }
  for (const tool of tools) bytes += Buffer.byteLength(JSON.stringify(tool))
  if (jsonSchema !== undefined) bytes += Buffer.byteLength(JSON.stringify(jsonSchema))
  const overhead = MESSAGE_TOKENS * (messages.length + tools.length + 1)
  return {
    most: bytes + overhead,
    likely: Math.ceil(bytes / BYTES_PER_TOKEN) + messages.length * 4
  }
}
