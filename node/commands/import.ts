/**
 * `hive import`: stores facts as `hive export` writes them, knowledge units of cq, or the graph of an
 * MCP memory server, from a file or from standard input.
 */
import { open } from 'node:fs/promises'
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withNode } from '../control/running-node.ts'
import { storedUnits } from '../cq-database.ts'
import { printDistilled } from '../output/distilled.ts'
import { printJson, progressLine } from '../output/terminal.ts'
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
  ...[argv, { env, signal }]: Parameters<Command['run']>
): ReturnType<Command['run']> {
  const { values, positionals } = readArguments(
    argv,
    { ...COMMON_OPTIONS, format: { type: 'string' }, private: { type: 'boolean' } },
    true
  )
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
  const progress = progressLine()
  const report = await withNode(values['data-dir'] ?? defaultDataDir(env), (call) =>
    call(
      'import',
      { format, private: values.private, items: [] },
      {
        lines,
        signal,
        onProgress: ({ read, new: fresh }) => progress.update(`${read} read, ${fresh} new`)
      }
    )
  ).finally(() => progress.end())
  if (values.json === true) printJson(report)
  else printDistilled(report)
  return report.rejected.length > 0 ? EXIT.refused : EXIT.ok
}
