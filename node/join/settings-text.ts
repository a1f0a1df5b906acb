/** Sets top-level settings in the text of a configuration file; comments and all else stay. */
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'smol-toml'
import { UsageError } from '../exit-codes.ts'
import { withoutMark } from '../text-mark.ts'
import { bracketsOf, plain } from '../toml-text.ts'

type Value = string | readonly string[] | undefined

/** `undefined` removes a setting. Throws `UsageError` where the file has a form that cannot be edited. */
export function withSettings(
  marked: string,
  form: 'json' | 'toml',
  settings: Readonly<Record<string, Value>>
): string {
  const text = withoutMark(marked)
  if (form === 'json') {
    const before: unknown = text.trim() === '' ? {} : JSON.parse(text)
    const after = { ...(typeof before === 'object' ? before : {}), ...settings }
    return `${JSON.stringify(after, undefined, 2)}\n`
  }
  const names = Object.keys(settings)
  const added = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
  const rest = withoutSettings(text, names)
  const gap = rest === '' || /^\s*\n/.test(rest) ? '' : '\n'
  // Before all tables, where settings are those of the top.
  return checked(`${added.join('')}${gap}${rest}`, text, settings)
}

/** Without the lines of these settings above the first table. */
function withoutSettings(text: string, names: readonly string[]): string {
  const lines = text.split(/(?<=\n)/)
  const firstTable = lines.findIndex((line) => /^\s*\[/.test(line))
  const top = firstTable === -1 ? lines.length : firstTable
  const kept: string[] = []
  let depth = 0
  for (const [i, line] of lines.entries()) {
    const name = /^\s*["']?([\w-]+)["']?\s*=/.exec(line)?.[1]
    if (depth > 0 || (i < top && name !== undefined && names.includes(name))) {
      depth += bracketsOf(line)
    } else kept.push(line)
  }
  return kept.join('')
}

/** The edit must have changed these settings and nothing else. */
function checked(text: string, before: string, settings: Readonly<Record<string, Value>>): string {
  const wanted = Object.fromEntries(
    Object.entries({ ...parse(before), ...settings }).filter(([, value]) => value !== undefined)
  )
  try {
    if (isDeepStrictEqual(plain(parse(text)), plain(wanted))) return text
  } catch {
    // Said below.
  }
  throw new UsageError(
    `The configuration has a form that hive does not edit. Set ${Object.keys(settings).join(', ')} by hand.`
  )
}
