/** The interface of a command, and the parsing of its arguments. */
import { parseArgs } from 'node:util'
import { COMMON_OPTIONS } from './command-line/command-spec.ts'
import { didYouMean } from './command-line/nearest.ts'
import { defaultDataDir } from './data-paths.ts'
import { readTime, TIME_FORMS } from './time.ts'
import { messageOf, UsageError } from './exit-codes.ts'
import type { CommandSpec, OptionSpec } from './command-line/command-spec.ts'
import type { Configuration, SettingKey } from './config/index.ts'
import type { ExitCode } from './exit-codes.ts'

export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Settings of files and variables. */
  readonly settings: Configuration['settings']
}

export interface Command {
  run(argv: readonly string[], context: CommandContext): Promise<ExitCode>
}

type Values<T extends CommandSpec> = ReturnType<
  typeof parseArgs<{
    options: T['options'] & typeof COMMON_OPTIONS
    allowPositionals: true
    strict: true
  }>
>['values']

export interface Arguments<T extends CommandSpec> {
  readonly values: Values<T>
  readonly positionals: readonly string[]
  /** Of an option, of the configuration, or the default one. */
  readonly dataDir: string
  /** Options of the command line itself. */
  readonly given: ReadonlySet<string>
}

/**
 * Parses `argv` strictly. Options that are not given get the values of the configuration, else their
 * defaults. Throws `UsageError` with the problem.
 */
export function readArguments<const T extends CommandSpec>(
  argv: readonly string[],
  spec: T,
  { settings, env }: Pick<CommandContext, 'env' | 'settings'>
): Arguments<T> {
  const options: Record<string, OptionSpec> = { ...COMMON_OPTIONS, ...spec.options }
  const { values, positionals } = parse(argv, options)
  if (spec.positionals !== true && positionals.length > 0) {
    throw new UsageError(
      `Unexpected argument "${positionals[0]}". Quote a text that contains spaces.`
    )
  }
  const given = new Set(Object.keys(values))
  for (const name of given) refuseEmpty(name, options[name], values[name])
  const all: Record<string, unknown> = { ...values }
  for (const [name, option] of Object.entries(options)) {
    if (given.has(name)) continue
    const value = configured(option, settings) ?? option.default
    if (value !== undefined) all[name] = value
  }
  const dataDir = typeof all['data-dir'] === 'string' ? all['data-dir'] : defaultDataDir(env)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by these options
  return { values: all as Values<T>, positionals, dataDir, given }
}

/** A setting is never empty: an empty value is most often a variable of the shell that is not set. */
function refuseEmpty(name: string, option: OptionSpec | undefined, value: unknown): void {
  if (option?.setting === undefined || ![value].flat().includes('')) return
  throw new UsageError(`--${name} takes a value, which is empty.`)
}

/** As the command line would give it: numbers are text. */
function configured(
  { setting }: OptionSpec,
  settings: CommandContext['settings']
): string | boolean | readonly string[] | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test compares the names
  const value = settings.get(setting as SettingKey)?.value
  return typeof value === 'number' ? String(value) : value
}

function parse(
  argv: readonly string[],
  options: Readonly<Record<string, OptionSpec>>
): { values: Record<string, unknown>; positionals: string[] } {
  const taken = Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple = false }]) => [name, { type, multiple }])
  )
  const rules = { args: [...argv], options: taken, allowPositionals: true, allowNegative: true }
  const { tokens } = parseArgs({ ...rules, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue
    const name = token.rawName.replace(/^--no-/, '--')
    if (name !== token.rawName && options[name.slice(2)]?.type === 'boolean') continue
    throw unknownOption(token.rawName, Object.keys(options))
  }
  try {
    const { values, positionals } = parseArgs({ ...rules, strict: true })
    return { values: { ...values }, positionals }
  } catch (error) {
    const [, unknown] = /^Unknown option '(--?[\w-]+)/.exec(messageOf(error)) ?? []
    throw unknown === undefined
      ? valueError(error, tokens)
      : unknownOption(unknown, Object.keys(options))
  }
}

interface Token {
  readonly kind: string
  readonly rawName?: string
  readonly value?: string | boolean | undefined
  readonly inlineValue?: boolean | undefined
}

/** An option that lacks its value, or has one that it does not take. */
function valueError(error: unknown, tokens: readonly Token[]): UsageError {
  const [, name = ''] = /^Option '(?:-\w, )?(--?[\w-]+)/.exec(messageOf(error)) ?? []
  const token = tokens.find(({ kind, rawName }) => kind === 'option' && rawName === name)
  if (token === undefined) return new UsageError(messageOf(error))
  if (token.inlineValue === true) return new UsageError(`${name} takes no value.`)
  const { value } = token
  return new UsageError(
    typeof value === 'string'
      ? `${name} takes a value. Write one that begins with a dash as ${name}=${value}.`
      : `${name} takes a value, which is missing.`
  )
}

function unknownOption(name: string, known: readonly string[]): UsageError {
  const word = name.replace(/^-+/, '')
  return new UsageError(`There is no option "${name}".${didYouMean(word, known, '--')}`)
}

/** Parses `--state` of goals and offers. Throws `UsageError` if it is not valid. */
export function releaseOf(text: string | undefined): 'quarantined' | 'released' | undefined {
  if (text === undefined || text === 'quarantined' || text === 'released') return text
  throw new UsageError(`--state takes released or quarantined, not "${text}".`)
}

/** Parses a whole number. Throws `UsageError` if it is not valid, or out of range. */
export function wholeNumberOption(name: string, text: string, min: number, max: number): number {
  const number = numberOption(name, text, min, max)
  if (!Number.isInteger(number))
    throw new UsageError(`--${name} takes a whole number, not "${text}".`)
  return number
}

/** Parses a time, if given. Throws `UsageError` if it is not valid. */
export function dateOption(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const isNumber = /^\d+$/.test(text)
  const time = readTime(isNumber ? Number(text) : text)
  if (time === undefined) throw new UsageError(`--${name} takes ${TIME_FORMS}, not "${text}".`)
  return time
}

/** Parses a number. Throws `UsageError` if it is not valid, or out of range. */
export function numberOption(name: string, text: string, min: number, max: number): number {
  const number = Number(text)
  if (text.trim() === '' || !(number >= min && number <= max)) {
    throw new UsageError(`--${name} takes a number from ${min} to ${max}, not "${text}".`)
  }
  return number
}
