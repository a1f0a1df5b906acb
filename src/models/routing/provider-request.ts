/** A request in the form that one model receives. */
import { MAX_OUTPUT_TOKENS } from '../constants.ts'
import { OFFLINE_ID } from './model-registry.ts'
import type { Candidate } from '../calling/caller.ts'
import type { RequestSettings } from '../model-options.ts'
import type { Message, ProviderRequest } from '../provider.ts'

/** Adds a schema as a prompt, and as a schema for models that accept one. */
export function toRequest(
  { model }: Candidate,
  { task, messages, tools, maxOutputTokens = MAX_OUTPUT_TOKENS }: RequestSettings,
  jsonSchema: Record<string, unknown> | undefined
): ProviderRequest {
  const structured = model.capabilities.includes('structured') || model.id === OFFLINE_ID
  const ask: Message[] =
    jsonSchema === undefined
      ? []
      : [
          {
            role: 'system',
            content: `Answer with JSON only, of this JSON Schema: ${JSON.stringify(jsonSchema)}`
          }
        ]
  return {
    model: model.model,
    task,
    messages: [...ask, ...messages],
    tools,
    maxOutputTokens,
    ...(structured && jsonSchema !== undefined ? { jsonSchema } : {})
  }
}
