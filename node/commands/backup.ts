/** `hive backup`: writes a backup of a node, running or not. */
import { resolve } from 'node:path'
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson, progressLine } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(argv, COMMON_OPTIONS, true)
    const [target] = positionals
    if (target === undefined || positionals.length > 1) {
      throw new UsageError('Name one directory for the backup: hive backup DIR.')
    }
    const progress = progressLine()
    const report = await withNode(values['data-dir'] ?? defaultDataDir(env), (call) =>
      call(
        'backup',
        { directory: resolve(target) },
        { signal, onProgress: ({ items }) => progress.update(`${items} items`) }
      )
    ).finally(() => progress.end())
    if (values.json === true) printJson(report)
    else print(`${report.items} items in ${report.directory}`)
    return EXIT.ok
  }
}
