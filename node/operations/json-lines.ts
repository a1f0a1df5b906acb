/**
 * Items as JSON Lines (https://jsonlines.org), one bounded line at a time. A line that has no item
 * becomes an `Error` in its place, so that other lines keep their numbers.
 */
import { z } from 'zod'
import { FactIn } from './shapes/knowledge.ts'
import type { FactInput } from '../../src/index.ts'

/** Twice the limit of a record, for JSON's escapes. */
const MAX_LINE_CHARS = 128 * 1024

type Chunks = AsyncIterable<Buffer | string> | Iterable<string>

/** The items of a line. Throws for a line that has none; of a `ZodError` the first issue is told. */
type ReadLine<T> = (parsed: unknown) => readonly T[]

/** The items of a stream of JSON Lines. Empty lines are no items, but they count as lines. */
export class JsonLines<T = FactInput> implements AsyncIterable<T | Error> {
  readonly #chunks: Chunks
  readonly #read: ReadLine<T>
  readonly #maxChars: number
  /** Numbers of the lines of the items, where empty lines came before them. */
  readonly #lines = new Map<number, number>()

  constructor(chunks: Chunks, read: ReadLine<T>, maxChars = MAX_LINE_CHARS) {
    this.#chunks = chunks
    this.#read = read
    this.#maxChars = maxChars
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T | Error> {
    let number = 0
    let items = 0
    for await (const line of linesOf(this.#chunks, this.#maxChars)) {
      number += 1
      if (line?.trim() === '') continue
      const found = line === undefined ? [tooLong(this.#maxChars)] : itemsOf(line, this.#read)
      for (const item of found) {
        items += 1
        if (number !== items) this.#lines.set(items, number)
        yield item
      }
    }
  }

  /** The number of the line of an item; both count from 1. */
  lineOf(item: number): number {
    return this.#lines.get(item) ?? item
  }
}

/** The facts of a stream of JSON Lines. */
export function factLines(chunks: Chunks): JsonLines {
  return new JsonLines(chunks, (parsed) => [FactIn.parse(parsed)])
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

function tooLong(maxChars: number): Error {
  return new Error(`longer than ${maxChars} characters`)
}

/** Lines without their ends; undefined for a line that is too long. */
async function* linesOf(
  chunks: Chunks,
  maxChars = MAX_LINE_CHARS
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
      yield isTooLong || line.length > maxChars ? undefined : withoutMark(line)
      isTooLong = false
    }
    if (rest.length > maxChars) {
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

function itemsOf<T>(line: string, read: ReadLine<T>): readonly (T | Error)[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (error) {
    return [new Error(`not JSON: ${error instanceof Error ? error.message : 'cannot be parsed'}`)]
  }
  try {
    return read(parsed)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const { path, message } = error.issues[0] ?? { path: [], message: 'not an item' }
    return [new Error(path.length === 0 ? message : `${path.join('.')}: ${message}`)]
  }
}
