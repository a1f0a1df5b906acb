/**
 * Token counts as servers send them: whole, with fractions, as text, or missing. A count that is
 * missing or unreadable makes the usage unknown, so that the reservation is booked, and never 0.
 */
import { z } from 'zod'
import type { TokenUsage } from '../provider.ts'

/** No context window has as many tokens. */
const MAX_COUNT = 1e12

const Count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,13}(?:\.\d{1,9})?$/)
      .transform(Number)
  ])
  .pipe(z.number().min(0).max(MAX_COUNT))
  .transform((count) => Math.ceil(count))

const Chat = z.looseObject({
  prompt_tokens: Count.nullish(),
  completion_tokens: Count.nullish(),
  /** The names of mlx-vlm and of some versions of vLLM. */
  input_tokens: Count.nullish(),
  output_tokens: Count.nullish(),
  prompt_tokens_details: z
    .looseObject({ cached_tokens: Count.nullish(), cache_write_tokens: Count.nullish() })
    .nullish()
})

/** The prompt's count includes tokens read from the cache and written to it. */
export function chatUsage(usage: unknown): TokenUsage | undefined {
  const counts = Chat.safeParse(usage).data
  const prompt = counts?.prompt_tokens ?? counts?.input_tokens ?? undefined
  const output = counts?.completion_tokens ?? counts?.output_tokens ?? undefined
  if (prompt === undefined || output === undefined) return undefined
  const details = counts?.prompt_tokens_details
  const cacheRead = Math.min(details?.cached_tokens ?? 0, prompt)
  const cacheWrite = Math.min(details?.cache_write_tokens ?? 0, prompt - cacheRead)
  return { input: prompt - cacheRead - cacheWrite, cacheRead, cacheWrite, output }
}

const Messages = z.looseObject({
  input_tokens: Count.nullish(),
  cache_read_input_tokens: Count.nullish(),
  cache_creation_input_tokens: Count.nullish(),
  output_tokens: Count.nullish()
})

/** The three input counts are separate already. `before`: the usage at the start of a stream. */
export function messagesUsage(usage: unknown, before?: TokenUsage): TokenUsage | undefined {
  const counts = Messages.safeParse(usage).data
  const input = counts?.input_tokens ?? before?.input
  const output = counts?.output_tokens ?? undefined
  if (input === undefined || output === undefined) return undefined
  return {
    input,
    cacheRead: counts?.cache_read_input_tokens ?? before?.cacheRead ?? 0,
    cacheWrite: counts?.cache_creation_input_tokens ?? before?.cacheWrite ?? 0,
    output
  }
}
