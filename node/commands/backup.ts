/** `hive backup`: writes a backup of a node, running or not. */
import { resolve } from 'node:path'
import { readArguments } from '../command.ts'
import { BACKUP } from '../command-line/specs/node.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { countOf, print, printJson, withProgress } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, BACKUP, context)
    const [target] = positionals
    if (target === undefined || target === '' || positionals.length > 1) {
      throw new UsageError('Name one directory for the backup: hive backup DIR.')
    }
    const directory = resolve(target)
    const report = await withProgress(
      signal,
      (update) =>
        withNode(dataDir, (call) =>
          call(
            'backup',
            { directory },
            { signal, onProgress: ({ items }) => update(`${items} items`) }
          )
        ),
      (last) =>
        `There is no backup: what was written (${last ?? '0 items'}) is removed from ${directory}.`,
      { waits: true }
    )
    if (values.json === true) printJson(report)
    else print(`${countOf(report.items, 'item')} in ${report.directory}`)
    return EXIT.ok
  }
}
