/**
 * Checks an answer against the request's schema and verifier, and describes a failure to the next
 * model.
 */
import { checkOutput } from './structured.ts'
import type { RequestSettings } from '../model-options.ts'
import type { Message, ProviderReply } from '../provider.ts'
import type { Checked } from './structured.ts'

export async function checkAnswer(
  { schema, verify }: Pick<RequestSettings, 'schema' | 'verify'>,
  reply: ProviderReply,
  signal: AbortSignal
): Promise<Checked<unknown>> {
  // A request for a tool is no answer yet.
  if (reply.toolCalls.length > 0) return { ok: true, value: undefined }
  let value: unknown
  if (schema !== undefined) {
    const checked = checkOutput(reply.text, schema)
    if (!checked.ok) return checked
    value = checked.value
  }
  if (verify === undefined) return { ok: true, value }
  const verdict = await verify({ text: reply.text, value }, { signal })
  const { ok, reason = 'the verifier refused the answer' } =
    typeof verdict === 'boolean' ? { ok: verdict } : verdict
  return ok ? { ok, value } : { ok, reason }
}

/** The conversation, with a failed answer and its reason. */
export function withFailure(
  messages: readonly Message[],
  { text }: ProviderReply,
  reason: string
): readonly Message[] {
  return [
    ...messages,
    { role: 'assistant', content: text },
    {
      role: 'user',
      content: `That answer does not pass: ${reason}. Give a whole answer that does.`
    }
  ]
}
