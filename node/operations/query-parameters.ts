/** The parameters in the query of a URL. */
import { HiveError } from '../../src/index.ts'

/** Characters of a name that a message repeats. */
const MAX_SHOWN = 40

/**
 * The given parameters, each at most once. A parameter that the path does not take is refused: ignored,
 * it would look as if it had an effect. Throws `HiveError`
 * (ARGUMENT_INVALID).
 */
export function queryParameters<Name extends string>(
  query: unknown,
  names: readonly Name[],
  hint = ''
): Readonly<Partial<Record<Name, string>>> {
  const given = Object.entries(typeof query === 'object' && query !== null ? query : {})
  const taken: Partial<Record<Name, string>> = {}
  for (const [key, value] of given) {
    const name = names.find((each) => each === key)
    const shown = JSON.stringify(key.slice(0, MAX_SHOWN))
    if (name === undefined) {
      const only = names.length === 0 ? '' : `, only ${names.map((each) => `"${each}"`).join(', ')}`
      throw new HiveError('ARGUMENT_INVALID', `The path takes no parameter ${shown}${only}.${hint}`)
    }
    if (typeof value !== 'string') {
      throw new HiveError('ARGUMENT_INVALID', `Give the parameter ${shown} once.`)
    }
    taken[name] = value
  }
  return taken
}
