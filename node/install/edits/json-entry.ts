/** The MCP entry in a JSON configuration. */
import { Refusal } from '../client.ts'
import { isMcpCommand } from '../launch.ts'
import { checkJson, removeValue, setValue, valueAt } from './json-text.ts'
import { isBlank } from './text-style.ts'
import type { Edit } from '../client.ts'
import type { JsonDialect, Path } from './json-text.ts'

export interface JsonEntry {
  readonly dialect: JsonDialect
  /** Where the entry belongs, in a given text. */
  readonly path: (text: string) => Path
  /** Other paths where hive may have written the entry. */
  readonly otherPaths?: readonly Path[]
  /** Properties that hive sets at each installation. */
  readonly properties: Readonly<Record<string, unknown>>
  /** Properties that hive sets once; users may change them. */
  readonly defaults?: Readonly<Record<string, unknown>>
}

export const EMPTY_OBJECT = '{}\n'

export function jsonEntry(entry: JsonEntry): Edit {
  const { dialect, properties, defaults = {} } = entry
  const command = (text: string): readonly string[] | undefined => {
    if (isBlank(text)) return undefined
    checkJson(text, dialect)
    return [entry.path(text), ...(entry.otherPaths ?? [])]
      .map((path) => commandOf(valueAt(text, path)))
      .find((words) => words !== undefined)
  }
  return {
    command,
    install(text, { force }) {
      const base = isBlank(text) ? EMPTY_OBJECT : text
      checkJson(base, dialect)
      const path = entry.path(base)
      const existing = valueAt(base, path)
      if (existing === undefined) return setValue(base, path, { ...properties, ...defaults })
      if (commandOf(existing) !== undefined) {
        return Object.entries(properties).reduce(
          (result, [name, value]) => setValue(result, [...path, name], value),
          base
        )
      }
      if (!force) {
        throw new Refusal(
          `already has an entry "${path.join('.')}" that hive did not write. Rename that entry, or add --force to replace it`
        )
      }
      return setValue(base, path, { ...properties, ...defaults })
    },
    remove(text) {
      if (isBlank(text)) return text
      checkJson(text, dialect)
      return [entry.path(text), ...(entry.otherPaths ?? [])].reduce(
        (result, path) =>
          commandOf(valueAt(result, path)) === undefined ? result : removeValue(result, path),
        text
      )
    }
  }
}

/** The words of a command line that starts hive; clients spell it in two ways. */
function commandOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { command, args }: { readonly command?: unknown; readonly args?: unknown } = value
  const words: unknown[] = Array.isArray(command)
    ? command
    : [command, ...(Array.isArray(args) ? args : [])]
  if (!isMcpCommand(words)) return undefined
  return words.filter((word) => typeof word === 'string')
}
