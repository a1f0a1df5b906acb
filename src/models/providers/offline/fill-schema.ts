/** Fills a JSON Schema from a text by rule. Deterministic; no value is invented. */
import { z } from 'zod'
import { classify, keyFacts, summarise } from './extract.ts'

/** The part of JSON Schema that is read; the check of the whole value covers the rest. */
const Node = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional()
})

const NEGATION = /\b(?:no|not|never|false|fails?|failed|cannot|can't|won't|without)\b/i
const ARRAY_ITEMS = 5
const MAX_DEPTH = 8

export function fillSchema(schema: unknown, text: string, depth = 0): unknown {
  const parsed = Node.safeParse(schema)
  if (!parsed.success || depth > MAX_DEPTH) return null
  const node = parsed.data
  if (node.const !== undefined) return node.const
  if (node.enum !== undefined) return classify(text, node.enum.map(String))
  if (node.anyOf !== undefined) return fillSchema(node.anyOf[0], text, depth + 1)
  switch (node.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(node.properties ?? {}).map(([key, value]) => [
          key,
          fillSchema(value, text, depth + 1)
        ])
      )
    case 'array':
      return itemsOf(node.items, text, Math.min(node.maxItems ?? ARRAY_ITEMS, ARRAY_ITEMS), depth)
    case 'number':
    case 'integer':
      return numberOf(text, node)
    case 'boolean':
      return !NEGATION.test(text)
    case 'string':
      return summarise(text, 1).slice(0, node.maxLength)
    default:
      return null
  }
}

function itemsOf(schema: unknown, text: string, limit: number, depth: number): unknown[] {
  return keyFacts(text, limit).map((fact) => {
    const parsed = Node.safeParse(schema)
    return parsed.success && parsed.data.type === 'string' && parsed.data.enum === undefined
      ? fact
      : fillSchema(schema, fact, depth + 1)
  })
}

/** The first number of the text in the range, else the bound nearest to zero. */
function numberOf(text: string, { type, minimum, maximum }: z.infer<typeof Node>): number {
  const least = minimum ?? -Number.MAX_SAFE_INTEGER
  const most = maximum ?? Number.MAX_SAFE_INTEGER
  for (const [match] of text.matchAll(/-?\d+(?:\.\d+)?/g)) {
    const number = type === 'integer' ? Math.trunc(Number(match)) : Number(match)
    if (number >= least && number <= most) return number
  }
  return Math.min(Math.max(0, least), most)
}
