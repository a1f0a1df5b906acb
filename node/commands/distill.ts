/**
 * `hive distill`: stores one fact from the arguments, or many as JSON Lines from standard input.
 */
import { dateOption, numberOption, readArguments } from '../command.ts'
import { DISTILL } from '../command-line/specs/knowledge.ts'
import { UsageError } from '../exit-codes.ts'
import { withDefaults } from '../operations/line-reader.ts'
import { withNode } from '../control/running-node.ts'
import { reportDistilled, storedSoFar } from '../output/distilled.ts'
import { standardInput } from '../standard-input.ts'
import { withProgress } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { ExitCode } from '../exit-codes.ts'

/** Of a fact in the arguments; a line must have its own, or `--confidence`. */
const DEFAULT_CONFIDENCE = 0.9

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, DISTILL, context)
    const [entity, content, ...more] = positionals
    if (more.length > 0)
      throw new UsageError('distill takes an entity and a content. Quote each of them.')
    if (entity !== undefined && content === undefined) {
      throw new UsageError(
        'distill takes an entity and a content. Without arguments, distill reads JSON Lines from standard input.'
      )
    }
    if (entity === undefined && process.stdin.isTTY) {
      throw new UsageError(
        'Nothing to distill. Give an entity and a content, or JSON Lines on standard input.'
      )
    }
    const defaults = defaultsOf(values)
    const lines =
      entity === undefined
        ? linesWith(standardInput(), defaults)
        : singleLine(
            JSON.stringify({ confidence: DEFAULT_CONFIDENCE, ...defaults, entity, content })
          )
    return storeFacts(lines, { dataDir, signal, isJson: values.json === true })
  }
}

/** Options that are fields of a fact. */
interface FactOptions {
  readonly confidence?: string
  readonly tag?: readonly string[]
  readonly attribute?: string
  readonly value?: string
  readonly private?: boolean
  readonly project?: readonly string[]
  readonly 'valid-from'?: string
}

/** The fields that the options give to each fact. Throws `UsageError`. */
export function defaultsOf(values: FactOptions): Record<string, unknown> {
  const { confidence } = values
  return defined({
    confidence: confidence === undefined ? undefined : numberOption('confidence', confidence, 0, 1),
    tags: values.tag,
    attribute: values.attribute,
    value: values.value,
    private: values.private,
    projects: values.project,
    validFrom: dateOption('valid-from', values['valid-from'])
  })
}

/** JSON Lines with the fields that they lack. */
export function linesWith(
  chunks: AsyncIterable<Buffer | string>,
  defaults: Record<string, unknown>
): AsyncIterable<Buffer | string> {
  return Object.keys(defaults).length === 0 ? chunks : withDefaults(chunks, defaults)
}

/** Stores JSON Lines, and prints what came of them. */
export async function storeFacts(
  lines: AsyncIterable<Buffer | string>,
  { dataDir, signal, isJson }: { dataDir: string; signal: AbortSignal; isJson: boolean }
): Promise<ExitCode> {
  const report = await withProgress(
    signal,
    (update) =>
      withNode(dataDir, (call) =>
        call(
          'distill',
          { facts: [] },
          {
            lines,
            signal,
            onProgress: ({ read, new: fresh, corroborated }) =>
              update(`${read} read, ${fresh} new, ${corroborated} found by peers too`)
          }
        )
      ),
    storedSoFar
  )
  return reportDistilled(report, isJson)
}

/** The fields that are given. */
function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

async function* singleLine(line: string): AsyncGenerator<string> {
  yield line
}
