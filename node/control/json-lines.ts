/**
 * Facts as JSON Lines (https://jsonlines.org), one bounded line at a time. A line that is not a
 * fact becomes an `Error` in its place, so that other lines keep their numbers.
 */
import { StringDecoder } from 'node:string_decoder'
import { z } from 'zod'
import type { FactInput } from '../../src/index.ts'

/** Twice the limit of a record, for JSON's escapes. */
const MAX_LINE_CHARS = 128 * 1024

/** A fact in a line: `FactInput` with the date as text. */
const Line = z.strictObject({
  entity: z.string(),
  content: z.string(),
  confidence: z.number(),
  tags: z.array(z.string()).optional(),
  private: z.boolean().optional(),
  attribute: z.string().optional(),
  value: z.string().optional(),
  validFrom: z.coerce.date().optional(),
  source: z.string().optional(),
  context: z
    .strictObject({
      speaker: z.string().optional(),
      at: z.coerce.date().optional(),
      previous: z.string().optional()
    })
    .optional(),
  /** On unless a line turns it off, since the command is made for many facts. */
  enableBloomHeuristic: z.boolean().default(true)
})

export async function* factsFromJsonLines(
  chunks: AsyncIterable<Buffer | string>
): AsyncGenerator<FactInput | Error> {
  for await (const line of linesOf(chunks)) {
    yield line === undefined ? new Error(`longer than ${MAX_LINE_CHARS} characters`) : factOf(line)
  }
}

/**
 * Lines without their ends; undefined for a line that is too long. An empty last line is skipped.
 */
async function* linesOf(
  chunks: AsyncIterable<Buffer | string>
): AsyncGenerator<string | undefined> {
  const utf8 = new StringDecoder('utf8')
  let rest = ''
  let tooLong = false
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : utf8.write(chunk))).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      yield tooLong || line.length > MAX_LINE_CHARS ? undefined : line
      tooLong = false
    }
    if (rest.length > MAX_LINE_CHARS) {
      tooLong = true
      rest = ''
    }
  }
  rest += utf8.end()
  if (tooLong) yield undefined
  else if (rest.trim() !== '') yield rest
}

function factOf(line: string): FactInput | Error {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (error) {
    return new Error(`not JSON: ${error instanceof Error ? error.message : 'cannot be parsed'}`)
  }
  const fact = Line.safeParse(parsed)
  if (fact.success) return fact.data
  const { path, message } = fact.error.issues[0] ?? { path: [], message: 'not a fact' }
  return new Error(path.length === 0 ? message : `${path.join('.')}: ${message}`)
}
