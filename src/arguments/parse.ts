/**
 * Parses the options of a public call: an unknown option or a wrong type is refused by its name.
 */
import { HiveError } from '../errors.ts'
import type { z } from 'zod'
import type { HiveErrorCode } from '../errors.ts'

/** Returns `input` in the shape of `schema`. Throws `HiveError` with `code`. */
export function parse<S extends z.ZodType>(
  schema: S,
  input: unknown,
  name: string,
  code: HiveErrorCode = 'ARGUMENT_INVALID'
): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`
  )
  throw new HiveError(code, `${name}: ${problems.join('; ')}.`, { cause: result.error })
}
