/** Structured output: JSON in a reply, checked by a zod schema. */
import { z } from 'zod'
import type { Schema } from '../provider.ts'

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

const FENCED = /```(?:json)?\s*(?<json>[\s\S]*?)```/g

/** Brackets of prose at which JSON is looked for; each costs a pass over the text. */
const MAX_TRIES = 64

/** Problems reported to a model; more would not help. */
const MAX_PROBLEMS = 8

export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema)
  return { ...rest }
}

/** Checks each JSON value in a text; the first that fits is the output. */
export function checkOutput<T>(text: string, schema: Schema<T>): Checked<T> {
  let first: Checked<T> | undefined
  for (const value of jsonIn(text)) {
    const result = schema.safeParse(value)
    if (result.success) return { ok: true, value: result.data }
    const problems = result.error.issues
      .slice(0, MAX_PROBLEMS)
      .map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`)
    first ??= { ok: false, reason: problems.join('; ') }
  }
  return first ?? { ok: false, reason: 'it is not JSON' }
}

/**
 * The whole text, the content of its fences, and the objects and lists in its prose. What stands
 * after reasoning comes first.
 */
function* jsonIn(text: string): Generator {
  const end = text.lastIndexOf('</think>')
  const answer = end === -1 ? text : text.slice(end + '</think>'.length)
  const fenced = [...answer.matchAll(FENCED)].map(({ groups }) => groups?.['json'] ?? '')
  for (const candidate of [answer, ...fenced]) {
    const parsed = parseJson(candidate)
    if (parsed !== undefined) yield parsed.value
  }
  let tries = 0
  for (let from = nextBracket(answer, 0); from !== -1 && tries < MAX_TRIES; tries++) {
    const to = endOf(answer, from)
    const parsed = to === undefined ? undefined : parseJson(answer.slice(from, to))
    if (parsed !== undefined) yield parsed.value
    from = nextBracket(answer, parsed === undefined || to === undefined ? from + 1 : to)
  }
}

function nextBracket(text: string, from: number): number {
  const at = text.slice(from).search(/[[{]/)
  return at === -1 ? -1 : from + at
}

/** Behind the bracket that closes the one at `from`; brackets in strings do not count. */
function endOf(text: string, from: number): number | undefined {
  let depth = 0
  let quoted = false
  for (let at = from; at < text.length; at++) {
    const sign = text[at] ?? ''
    if (quoted && sign === '\\') at += 1
    else if (sign === '"') quoted = !quoted
    else if (!quoted && (sign === '{' || sign === '[')) depth += 1
    else if (!quoted && (sign === '}' || sign === ']')) depth -= 1
    if (depth === 0) return at + 1
  }
  return undefined
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
