/**
 * Parses the options of a public call: an unknown option or a wrong type is refused by its name.
 */
import { HiveError } from '../errors.ts'
import { issueInWords, issueTexts } from '../issues/index.ts'
import type { z } from 'zod'
import type { HiveErrorCode } from '../errors.ts'

/** Returns `input` in the shape of `schema`. Throws `HiveError` with `code`. */
export function parse<S extends z.ZodType>(
  schema: S,
  input: unknown,
  name: string,
  code: HiveErrorCode = 'ARGUMENT_INVALID'
): z.output<S> {
  const result = schema.safeParse(input, { error: issueInWords })
  if (result.success) return result.data
  throw new HiveError(code, `${name}: ${issueTexts(result.error)}.`, { cause: result.error })
}
