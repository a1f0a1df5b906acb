/**
 * `hive import`: stores facts as `hive export` writes them, knowledge units of cq, or the graph of an
 * MCP memory server, from a file or from standard input.
 */
import { open } from 'node:fs/promises'
import { readArguments } from '../command.ts'
import { IMPORT } from '../command-line/specs/knowledge.ts'
import { UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { storedUnits } from '../cq-database.ts'
import { reportDistilled, storedSoFar } from '../output/distilled.ts'
import { standardInput } from '../standard-input.ts'
import { withProgress } from '../output/terminal.ts'
import { defaultsOf, linesWith, storeFacts } from './distill.ts'
import type { Command } from '../command.ts'

const INSTEAD = 'Name a file: hive import facts.jsonl'

const FORMATS = ['cq', 'server-memory'] as const

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, IMPORT, context)
    const [file, ...more] = positionals
    if (more.length > 0) throw new UsageError('import takes one file.')
    if (file === undefined && process.stdin.isTTY) {
      throw new UsageError(`Nothing to import. ${INSTEAD}`)
    }
    const isJson = values.json === true
    const defaults = defaultsOf(values)
    const format = values.format === undefined ? undefined : formatOf(values.format)
    // Opened here, so that a file that cannot be read is an error of this command.
    const bytes = file === undefined ? standardInput(INSTEAD) : await openFile(file)
    if (format === undefined) {
      return storeFacts(linesWith(bytes, defaults), { dataDir, signal, isJson })
    }
    const lines = format === 'cq' ? storedUnits(bytes, file) : bytes
    const input = { format, private: values.private, items: [] }
    const report = await withProgress(
      signal,
      (update) =>
        withNode(dataDir, (call) =>
          call('import', input, {
            lines,
            signal,
            onProgress: ({ read, new: fresh }) => update(`${read} read, ${fresh} new`)
          })
        ),
      storedSoFar
    )
    return reportDistilled(report, isJson)
  }
}

function formatOf(text: string): (typeof FORMATS)[number] {
  const format = FORMATS.find((name) => name === text)
  if (format !== undefined) return format
  throw new UsageError(`--format takes ${FORMATS.join(' or ')}, not "${text}".`)
}

async function openFile(path: string): Promise<AsyncIterable<Buffer>> {
  const file = await open(path)
  if (!(await file.stat()).isDirectory()) return file.createReadStream()
  await file.close()
  throw new UsageError(`${path} is a directory. Name a file.`)
}
