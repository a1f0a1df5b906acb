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
  for await (const line of createInterface({ input: lines })) {
    signal.throwIfAborted()
    number += 1
    if (line.trim() === '') continue
    const input = jsonOf(line, number)
    try {
      const run = await call('run-skill', { skill: details.id, input, caller }, { signal })
      show(run, ({ output }) => JSON.stringify(output))
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Error && RUN_ERRORS.has(error.name))) throw error
      show({ error: error.message }, (failed) => JSON.stringify(failed))
      exit = EXIT.refused
    }
  }
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
