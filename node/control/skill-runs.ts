/** `hive skill run SKILL --each`: one run for each line of JSON on standard input. */
import { createInterface } from 'node:readline'
import { EXIT, UsageError } from '../exit-codes.ts'
import type { Readable } from 'node:stream'
import type { Json } from '../../src/index.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Call } from '../operations/index.ts'

interface EachRunOptions {
  readonly skill: string
  readonly caller: string | undefined
  readonly lines: Readable
  readonly signal: AbortSignal
  readonly show: <T>(result: T, text: (result: T) => string) => void
}

/** Of a prompt that no model answered. */
export const OFFLINE =
  'Answered by rule, without a model: the output says nothing about the skill. Configure a model: "hive models" lists them.'

/** Errors of one run; any other error ends all runs. */
const RUN_ERRORS: ReadonlySet<string> = new Set([
  'CommandError',
  'HiveError',
  'ModelError',
  'SandboxError'
])

/**
 * Prints one line for each line of input: the output of the skill, or `{"error": ...}`. The exit
 * code shows whether a run failed. The name is resolved once, at the start.
 */
export async function runEach(
  call: Call,
  { skill: name, caller, lines, signal, show }: EachRunOptions
): Promise<ExitCode> {
  const { details } = await call('show-skill', { skill: name }, { signal })
  let exit: ExitCode = EXIT.ok
  let number = 0
  let isOffline = false
  for await (const line of createInterface({ input: lines })) {
    signal.throwIfAborted()
    number += 1
    if (line.trim() === '') continue
    const input = jsonOf(line, number)
    try {
      const run = await call('run-skill', { skill: details.id, input, caller }, { signal })
      show(run, ({ output }) => JSON.stringify(output))
      isOffline ||= run.offline
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Error && RUN_ERRORS.has(error.name))) throw error
      show({ error: error.message }, (failed) => JSON.stringify(failed))
      exit = EXIT.refused
    }
  }
  if (isOffline) process.stderr.write(`${OFFLINE}\n`)
  return exit
}

function jsonOf(line: string, number: number): Json {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed JSON
    return JSON.parse(line) as Json
  } catch {
    throw new UsageError(`Line ${number} is not JSON. Put a text between double quotes: "text".`)
  }
}
