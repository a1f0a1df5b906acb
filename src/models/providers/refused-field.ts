/** Which field of a request a server does not know, by the text of its refusal. */
import { messageIn, statusIn } from './failure.ts'
import type { RefusedField } from './openai-mapping.ts'

/** Status of a request that is wrong; strict servers answer 422. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 422])

/** What servers write when they refuse each field. */
const TEXTS: readonly (readonly [RegExp, RefusedField])[] = [
  [/stream_options/, 'stream_options'],
  [/response[_ ]format|json_schema/, 'response_format'],
  [/max_completion_tokens/, 'max_tokens']
]

/** A field that the server refuses, of those that it has not refused before. */
export function refusedField(
  error: unknown,
  before: ReadonlySet<RefusedField>
): RefusedField | undefined {
  if (!REFUSALS.has(statusIn(error))) return undefined
  const message = messageIn(error)
  return TEXTS.find(([text, field]) => !before.has(field) && text.test(message))?.[1]
}
