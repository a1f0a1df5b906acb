/**
 * Facts as JSON Lines (https://jsonlines.org), one bounded line at a time. A line that is not a
 * fact becomes an `Error` in its place, so that other lines keep their numbers.
 */
import { z } from 'zod'
import { readTime, TIME_FORMS } from '../time.ts'
import type { FactInput } from '../../src/index.ts'

/** Twice the limit of a record, for JSON's escapes. */
const MAX_LINE_CHARS = 128 * 1024

/** Text or milliseconds; never a guess. */
export const Time = z.unknown().transform((value, context) => {
  const time = readTime(value)
  if (time !== undefined) return time
  context.addIssue({ code: 'custom', message: `must be ${TIME_FORMS}` })
  return z.NEVER
})

/** A fact in a line: `FactInput` with times as text. */
const Line = z.strictObject({
  entity: z.string(),
  content: z.string(),
  confidence: z.number(),
  kind: z.enum(['fact', 'lesson']).optional(),
  action: z.string().optional(),
  versions: z.string().optional(),
  verify: z.string().optional(),
  projects: z.array(z.string()).optional(),
  stale: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
  private: z.boolean().optional(),
  attribute: z.string().optional(),
  value: z.string().optional(),
  validFrom: Time.optional(),
  source: z.string().optional(),
  context: z
    .strictObject({
      speaker: z.string().optional(),
      at: Time.optional(),
      previous: z.string().optional(),
      conversation: z.string().optional(),
      turn: z.number().optional()
    })
    .optional(),
  /** On unless a line turns it off, since the command is made for many facts. */
  enableBloomHeuristic: z.boolean().default(true)
})

/** The facts of a stream of JSON Lines. Empty lines are no items, but they count as lines. */
export class JsonLines implements AsyncIterable<FactInput | Error> {
  readonly #chunks: AsyncIterable<Buffer | string>
  /** Numbers of the lines of the items, where empty lines came before them. */
  readonly #lines = new Map<number, number>()

  constructor(chunks: AsyncIterable<Buffer | string>) {
    this.#chunks = chunks
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FactInput | Error> {
    let number = 0
    let items = 0
    for await (const line of linesOf(this.#chunks)) {
      number += 1
      if (line?.trim() === '') continue
      items += 1
      const fact = line === undefined ? tooLong() : factOf(line)
      if (number !== items) this.#lines.set(items, number)
      yield fact
    }
  }

  /** The number of the line of an item; both count from 1. */
  lineOf(item: number): number {
    return this.#lines.get(item) ?? item
  }
}

/** The lines with these fields where a line has none of its own; other lines as they are. */
export async function* withDefaults(
  chunks: AsyncIterable<Buffer | string>,
  defaults: Readonly<Record<string, unknown>>
): AsyncGenerator<string> {
  for await (const line of linesOf(chunks)) {
    // A line that is too long stays too long.
    yield `${line === undefined ? TOO_LONG : merged(line, defaults)}\n`
  }
}

/** Bytes that tell the encoding. */
const MARK_BYTES = 2

const TOO_LONG = '#'.repeat(MAX_LINE_CHARS + 1)

function merged(line: string, defaults: Readonly<Record<string, unknown>>): string {
  try {
    const parsed: unknown = JSON.parse(line)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? JSON.stringify({ ...defaults, ...parsed }) : line
  } catch {
    return line
  }
}

function tooLong(): Error {
  return new Error(`longer than ${MAX_LINE_CHARS} characters`)
}

/** Lines without their ends; undefined for a line that is too long. */
async function* linesOf(
  chunks: AsyncIterable<Buffer | string>
): AsyncGenerator<string | undefined> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let begun = Buffer.alloc(0)
  let rest = ''
  let isTooLong = false
  const textOf = (chunk: Buffer): string => {
    if (decoder !== undefined) return decoder.decode(chunk, { stream: true })
    begun = Buffer.concat([begun, chunk])
    if (begun.length < MARK_BYTES) return ''
    decoder = new TextDecoder(encodingOf(begun))
    return decoder.decode(begun, { stream: true })
  }
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : textOf(chunk)
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      yield isTooLong || line.length > MAX_LINE_CHARS ? undefined : withoutMark(line)
      isTooLong = false
    }
    if (rest.length > MAX_LINE_CHARS) {
      isTooLong = true
      rest = ''
    }
  }
  rest += decoder?.decode() ?? begun.toString()
  if (isTooLong) yield undefined
  else if (rest.trim() !== '') yield withoutMark(rest)
}

/** By the byte order mark, or else by the zero byte beside an ASCII character: UTF-8 has none. */
function encodingOf(first: Buffer): string {
  const [one, two] = first
  if (one === 0xff && two === 0xfe) return 'utf-16le'
  if (one === 0xfe && two === 0xff) return 'utf-16be'
  if (two === 0 && one !== undefined && one !== 0) return 'utf-16le'
  return one === 0 && two !== undefined && two !== 0 ? 'utf-16be' : 'utf-8'
}

/** Text that was joined of several files has a mark at the beginning of each. */
function withoutMark(line: string): string {
  return line.startsWith('\ufeff') ? line.slice(1) : line
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
