/** The file of `hive start --models`: the `models` option of `createHive`, as JSON. */
import { readFile } from 'node:fs/promises'
import { messageOf, UsageError } from './exit-codes.ts'
import { jsonFault } from '../src/issues/index.ts'
import { withoutMark } from './text-mark.ts'
import type { HiveInit } from '../src/index.ts'

/** Throws `UsageError` if the file cannot be read; `createHive` checks its content. */
export async function readModels(path: string): Promise<HiveInit['models']> {
  let text = ''
  try {
    text = withoutMark(await readFile(path, 'utf8'))
    return JSON.parse(text)
  } catch (error) {
    const isSyntax = error instanceof SyntaxError
    const reason = isSyntax ? `it is not JSON at ${jsonFault(text)}` : messageOf(error)
    throw new UsageError(
      `Cannot read the models in ${path}: ${reason}. Correct the file that --models names.`
    )
  }
}
