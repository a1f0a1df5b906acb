/** `hive restore`: makes a data directory from a backup. */
import { readArguments } from '../command.ts'
import { RESTORE } from '../command-line/specs/node.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { countOf, print, printJson, withProgress } from '../output/terminal.ts'
import { restoreBackup } from '../../src/index.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, RESTORE, context)
    const [backup] = positionals
    if (backup === undefined || backup === '' || positionals.length > 1) {
      throw new UsageError('Name the directory of the backup: hive restore DIR.')
    }
    const report = await withProgress(
      signal,
      (update) =>
        restoreBackup(backup, dataDir, {
          signal,
          onProgress: ({ items }) => update(countOf(items, 'item'))
        }),
      () => `Nothing is restored: ${dataDir} is empty again.`,
      { waits: true }
    )
    if (values.json === true) printJson(report)
    else print(`${countOf(report.items, 'item')} restored to ${dataDir}`)
    return EXIT.ok
  }
}
