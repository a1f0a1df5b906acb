/**
 * The MCP entry in a TOML configuration, as a table of its own. The text is spliced, so that
 * comments and forms stay. Each result is parsed and compared.
 */
import { isDeepStrictEqual } from 'node:util'
import { parse as parseToml, TomlError } from 'smol-toml'
import { Refusal } from '../client.ts'
import { isMcpCommand } from '../launch.ts'
import { bracketsOf, plain } from '../../toml-text.ts'
import { isBlank, styleOf } from './text-style.ts'
import type { Edit } from '../client.ts'

export interface TomlEntry {
  readonly table: string
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
}

type Values = Readonly<Record<string, unknown>>

const HAND = 'Edit it by hand'

export function tomlEntry({ table, name, command, args }: TomlEntry): Edit {
  const entryOf = (values: Values): Values | undefined => recordOf(recordOf(values[table])?.[name])
  const owned = { command, args }
  return {
    command: (text) => commandOf(entryOf(parse(text))),
    install(text, { force }) {
      const base = text ?? ''
      const values = parse(base)
      const existing = entryOf(values)
      const isOurs = commandOf(existing) !== undefined
      if (existing !== undefined && !isOurs && !force) {
        throw new Refusal(
          `already has a table [${table}.${name}] that hive did not write. Rename that table, or add --force to replace it`
        )
      }
      const wanted = isOurs ? { ...existing, ...owned } : owned
      if (isDeepStrictEqual(plain(existing), plain(wanted))) return base
      const lines = [`command = ${quoted(command)}`, `args = [${args.map(quoted).join(', ')}]`]
      const eol = styleOf(base).eol
      if (existing === undefined) {
        const gap = base.trim() === '' ? '' : base.endsWith('\n') ? eol : eol + eol
        const added = [`[${table}.${name}]`, ...lines].join(eol) + eol
        return checked(base + gap + added, values, table, name, wanted)
      }
      const result = isOurs
        ? withKeys(base, table, name, lines)
        : withTable(base, table, name, lines)
      return checked(result, values, table, name, wanted)
    },
    remove(text) {
      if (isBlank(text)) return text
      const values = parse(text)
      if (commandOf(entryOf(values)) === undefined) return text
      return checked(withTable(text, table, name), values, table, name)
    }
  }
}

function parse(text: string): Values {
  try {
    return parseToml(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n')
    throw new Refusal(`is not valid TOML: ${reason} at line ${error.line}, column ${error.column}`)
  }
}

/** The escapes of JSON are a part of those of TOML. */
function quoted(text: string): string {
  return JSON.stringify(text)
}

function recordOf(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...value }
    : undefined
}

function commandOf(entry: Values | undefined): readonly string[] | undefined {
  const words: unknown[] = [
    entry?.['command'],
    ...(Array.isArray(entry?.['args']) ? entry['args'] : [])
  ]
  return isMcpCommand(words) ? words.filter((word) => typeof word === 'string') : undefined
}

interface Lines {
  readonly lines: readonly string[]
  /** Of the header, and after the last line that is not blank or a comment. */
  readonly from: number
  readonly to: number
}

/** The lines of the table, without what stands before the next header. */
function tableLines(text: string, table: string, name: string): Lines {
  const lines = text.split(/(?<=\n)/)
  const header = new RegExp(`^\\s*\\[\\s*${keyPattern(table)}\\s*\\.\\s*${keyPattern(name)}\\s*\\]`)
  const from = lines.findIndex((line) => header.test(line))
  if (from === -1)
    throw new Refusal(`has "${table}.${name}", but not as a table with a header. ${HAND}`)
  const below = lines.findIndex(
    (line, index) => index > from && /^\s*\[[^\]]*\]\]?\s*(#.*)?$/.test(line.trimEnd())
  )
  const end = below === -1 ? lines.length : below
  const content = lines
    .slice(from, end)
    .findLastIndex((line) => !/^\s*(#.*)?$/.test(line.trimEnd()))
  return { lines, from, to: from + content + 1 }
}

function keyPattern(key: string): string {
  return `(?:${key}|"${key}"|'${key}')`
}

/** Replaces the lines of the table, and its tables below, with the given ones; or removes them. */
function withTable(text: string, table: string, name: string, keys?: readonly string[]): string {
  const { lines, from, to } = tableLines(text, table, name)
  const eol = styleOf(text).eol
  if (keys !== undefined) {
    const added = [`[${table}.${name}]`, ...keys].map((line) => line + eol)
    return [...lines.slice(0, from), ...added, ...lines.slice(to)].join('')
  }
  return withoutChildren(withoutTable(text, table, name), table, name)
}

/** Removes one blank line before the table too, as the installation adds one. */
function withoutTable(text: string, table: string, name: string): string {
  const { lines, from, to } = tableLines(text, table, name)
  const isGap = from > 0 && (lines[from - 1] ?? '').trim() === ''
  return [...lines.slice(0, isGap ? from - 1 : from), ...lines.slice(to)].join('')
}

function withoutChildren(text: string, table: string, name: string): string {
  const child = new RegExp(
    `^\\s*\\[\\s*${keyPattern(table)}\\s*\\.\\s*${keyPattern(name)}\\s*\\.\\s*([\\w-]+)`,
    'm'
  ).exec(text)
  const [, key] = child ?? []
  if (key === undefined) return text
  return withoutChildren(withoutTable(text, `${table}.${name}`, key), table, name)
}

/** Replaces `command` and `args` in the table. Other keys and comments stay. */
function withKeys(text: string, table: string, name: string, keys: readonly string[]): string {
  const { lines, from, to } = tableLines(text, table, name)
  const eol = styleOf(text).eol
  const kept: string[] = []
  let depth = 0
  for (const line of lines.slice(from + 1, to)) {
    const starts = /^\s*(?:command|args|"command"|"args")\s*=/.test(line)
    if (depth > 0 || starts) depth += bracketsOf(line)
    else kept.push(line)
  }
  const added = keys.map((line) => line + eol)
  return [...lines.slice(0, from + 1), ...added, ...kept, ...lines.slice(to)].join('')
}

/** The splice must have changed the one entry and nothing else. */
function checked(
  text: string,
  before: Values,
  table: string,
  name: string,
  entry?: Values
): string {
  const { [name]: _, ...others } = recordOf(before[table]) ?? {}
  const entries = entry === undefined ? others : { ...others, [name]: entry }
  const { [table]: __, ...expected } = before
  try {
    const { [table]: changed, ...rest } = parse(text)
    const isExact = isDeepStrictEqual(plain(recordOf(changed) ?? {}), plain(entries))
    if (isExact && isDeepStrictEqual(plain(rest), plain(expected))) return text
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
  throw new Refusal(`has "${table}" in a form that hive does not edit. ${HAND}`)
}
