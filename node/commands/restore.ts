/** `hive restore`: makes a data directory from a backup. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { print, printJson } from '../output/terminal.ts'
import { restoreBackup } from '../../src/index.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(argv, COMMON_OPTIONS, true)
    const [backup] = positionals
    if (backup === undefined || positionals.length > 1) {
      throw new UsageError('Name the directory of the backup: hive restore DIR.')
    }
    const dataDir = values['data-dir'] ?? defaultDataDir(env)
    const report = await restoreBackup(backup, dataDir, { signal })
    if (values.json === true) printJson(report)
    else print(`${report.items} items restored to ${dataDir}`)
    return EXIT.ok
  }
}
