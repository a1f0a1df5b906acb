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
import { withProgress } from '../output/terminal.ts'
import { command as distill } from './distill.ts'
import type { Command } from '../command.ts'

const FORMATS = ['cq', 'server-memory'] as const

export const command: Command = {
  async run(argv, context) {
    const isOther = argv.some((argument) => argument.startsWith('--format'))
    if (isOther) return importOther(argv, context)
    if (process.stdin.isTTY) {
      throw new UsageError(
        'Nothing to import. Give JSON Lines on standard input: hive import < facts.jsonl'
      )
    }
    return distill.run(argv, context)
  }
}

async function openFile(path: string): Promise<AsyncIterable<Buffer>> {
  const file = await open(path)
  if (!(await file.stat()).isDirectory()) return file.createReadStream()
  await file.close()
  throw new UsageError(`${path} is a directory. Name a file.`)
}

async function importOther(
  ...[argv, context]: Parameters<Command['run']>
): ReturnType<Command['run']> {
  const { signal } = context
  const { values, positionals, dataDir } = readArguments(argv, IMPORT, context)
  const format = FORMATS.find((name) => name === values.format)
  if (format === undefined) {
    throw new UsageError(`--format takes ${FORMATS.join(' or ')}, not "${values.format}".`)
  }
  const [file, ...more] = positionals
  if (more.length > 0) throw new UsageError('import takes one file.')
  if (file === undefined && process.stdin.isTTY) {
    throw new UsageError(`Nothing to import. Name a file: hive import --format ${format} FILE`)
  }
  // Opened here, so that a file that cannot be read is an error of this command.
  const bytes = file === undefined ? process.stdin : await openFile(file)
  const lines = format === 'cq' ? storedUnits(bytes, file) : bytes
  const report = await withProgress(
    signal,
    (update) =>
      withNode(dataDir, (call) =>
        call(
          'import',
          { format, private: values.private, items: [] },
          {
            lines,
            signal,
            onProgress: ({ read, new: fresh }) => update(`${read} read, ${fresh} new`)
          }
        )
      ),
    storedSoFar
  )
  return reportDistilled(report, values.json === true)
}
