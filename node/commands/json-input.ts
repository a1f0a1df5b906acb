/** JSON that a command takes as an argument or on standard input. */
import { text as readAll } from 'node:stream/consumers'
import { UsageError } from '../exit-codes.ts'
import { standardInput } from '../standard-input.ts'
import { sanitizeText } from '../output/terminal.ts'
import { jsonFault } from '../../src/issues/index.ts'
import type { Json } from '../../src/index.ts'

/** Throws `UsageError` if it is not JSON, or if nothing is given. */
export async function jsonInput(): Promise<Json> {
  if (process.stdin.isTTY)
    throw new UsageError('Give the JSON as an argument, or on standard input.')
  return jsonOf(await readAll(standardInput()))
}

/** Throws `UsageError` if it is not JSON. */
export function jsonOf(text: string): Json {
  if (text.trim() === '') throw new UsageError('The JSON is empty. Give an object, or a value.')
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed JSON
    return JSON.parse(text) as Json
  } catch {
    throw new UsageError(
      `This is not JSON at ${jsonFault(text)}: ${sanitizeText(text.slice(0, 60))}. Put a text between double quotes: '"text"'.`
    )
  }
}
