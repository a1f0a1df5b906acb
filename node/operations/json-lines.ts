/**
 * Facts as JSON Lines (https://jsonlines.org). A line that is not a fact becomes an `Error` in its
 * place, so that other lines keep their numbers.
 */
import { FactIn } from './shapes/knowledge.ts'
import { linesOf, MAX_LINE_CHARS } from './line-reader.ts'
import type { FactInput } from '../../src/index.ts'
import type { Chunks } from './line-reader.ts'

/** The facts of a stream of JSON Lines. Empty lines are no items, but they count as lines. */
export class JsonLines implements AsyncIterable<FactInput | Error> {
  readonly #chunks: Chunks
  /** Numbers of the lines of the items, where empty lines came before them. */
  readonly #lines = new Map<number, number>()

  constructor(chunks: Chunks) {
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

function tooLong(): Error {
  return new Error(`longer than ${MAX_LINE_CHARS} characters`)
}

function factOf(line: string): FactInput | Error {
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch (error) {
    return new Error(`not JSON: ${error instanceof Error ? error.message : 'cannot be parsed'}`)
  }
  const fact = FactIn.safeParse(parsed)
  if (fact.success) return fact.data
  const { path, message } = fact.error.issues[0] ?? { path: [], message: 'not a fact' }
  return new Error(path.length === 0 ? message : `${path.join('.')}: ${message}`)
}
