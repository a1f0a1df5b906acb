/**
 * Items as JSON Lines (https://jsonlines.org), one bounded line at a time. A line that has no item
 * becomes an `Error` in its place, so that other lines keep their numbers.
 */
import { z } from 'zod'
import { issueTexts } from '../../src/index.ts'
import { FactIn } from './shapes/knowledge.ts'
import { isTooDeep, TOO_DEEP } from './json-depth.ts'
import { linesOf, MAX_LINE_CHARS } from './line-reader.ts'
import type { FactInput } from '../../src/index.ts'
import type { Chunks } from './line-reader.ts'

/** Returns the items of a line, or throws. The report names the first issue of a `ZodError`. */
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

function tooLong(maxChars: number): Error {
  return new Error(`longer than ${maxChars} characters`)
}

function itemsOf<T>(line: string, read: ReadLine<T>): readonly (T | Error)[] {
  if (isTooDeep(line)) return [new Error(TOO_DEEP)]
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
    return [new Error(issueTexts({ issues: error.issues.slice(0, 1) }))]
  }
}
