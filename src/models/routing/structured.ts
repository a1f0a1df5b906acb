/** Structured output: JSON in a reply, checked by a zod schema. */
import { z } from 'zod'
import type { Schema } from '../provider.ts'

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

const FENCED = /```(?:json)?\s*(?<json>[\s\S]*?)```/

/** Problems reported to a model; more would not help. */
const MAX_PROBLEMS = 8

export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema)
  return { ...rest }
}

export function checkOutput<T>(text: string, schema: Schema<T>): Checked<T> {
  const json = parseJson(text)
  if (json === undefined) return { ok: false, reason: 'it is not JSON' }
  const result = schema.safeParse(json.value)
  if (result.success) return { ok: true, value: result.data }
  const problems = result.error.issues
    .slice(0, MAX_PROBLEMS)
    .map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`)
  return { ok: false, reason: problems.join('; ') }
}

/** Parses the whole text, the content of a fence, or the text between the outermost brackets. */
function parseJson(text: string): { value: unknown } | undefined {
  const from = text.search(/[[{]/)
  const to = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  const bare = from >= 0 && to > from ? text.slice(from, to + 1) : ''
  for (const candidate of [text, FENCED.exec(text)?.groups?.['json'] ?? '', bare]) {
    try {
      return { value: JSON.parse(candidate) }
    } catch {
      // The next candidate may parse.
    }
  }
  return undefined
}
