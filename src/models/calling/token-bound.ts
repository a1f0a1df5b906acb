/**
 * Tokens of a request before it is sent. The bound is safe for byte-level tokenizers, which all
 * models of the catalogue have: a token is at least one byte. The estimate is for display.
 */
import { MESSAGE_TOKENS, TOOL_TOKENS } from '../constants.ts'
import type { Message, Tool } from '../provider.ts'

/** Bytes of English text a token, roughly (OpenAI's and Anthropic's own rule of thumb: 4 characters). */
const BYTES_PER_TOKEN = 4

export interface TokenBound {
  /** Never exceeded. */
  readonly max: number
  /** About right for English prose. */
  readonly estimate: number
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
  // A schema is sent as a field and repeated in a message.
  if (jsonSchema !== undefined) bytes += 2 * Buffer.byteLength(JSON.stringify(jsonSchema)) + 64
  const added = tools.length > 0 || jsonSchema !== undefined ? TOOL_TOKENS : 0
  const overhead = MESSAGE_TOKENS * (messages.length + tools.length + 1) + added
  return {
    max: bytes + overhead,
    estimate: Math.ceil(bytes / BYTES_PER_TOKEN) + messages.length * 4
  }
}
