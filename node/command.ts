/** The interface of a command, and the parsing of its arguments. */
import { parseArgs } from 'node:util'
import { readTime, TIME_FORMS } from './time.ts'
import { messageOf, UsageError } from './exit-codes.ts'
import type { ParseArgsOptionsConfig } from 'node:util'
import type { ExitCode } from './exit-codes.ts'

export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
}

export interface Command {
  run(argv: readonly string[], context: CommandContext): Promise<ExitCode>
}

/** Options of every command. */
export const COMMON_OPTIONS = {
  'data-dir': { type: 'string' },
  json: { type: 'boolean' }
} as const satisfies ParseArgsOptionsConfig

/** Parses `argv` strictly. Throws `UsageError` with the problem. */
export function readArguments<const T extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: T,
  allowPositionals = false
): ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>> {
  try {
    const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
    if (!allowPositionals && parsed.positionals.length > 0) {
      throw new UsageError(
        `Unexpected argument "${parsed.positionals[0]}". Quote a text that contains spaces.`
      )
    }
    return parsed
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(messageOf(error))
  }
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
