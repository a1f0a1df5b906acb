/** `hive repair`: rebuilds the tables of a store, and prints what is lost. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { CommandError, EXIT } from '../exit-codes.ts'
import { findRunningNode } from '../control/running-node.ts'
import { defaultDataDir } from '../data-paths.ts'
import { integrityText } from '../output/integrity.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values } = readArguments(argv, COMMON_OPTIONS)
    const dataDir = values['data-dir'] ?? defaultDataDir(env)
    const running = await findRunningNode(dataDir)
    if (running !== undefined) {
      throw new CommandError(
        `A node runs on ${dataDir} (process ${running.pid}). Stop it first: a repair needs the directory to itself.`,
        EXIT.failed
      )
    }
    const { createHive } = await import('../../src/index.ts')
    await using db = await createHive({ dataDir, swarm: false, repair: true })
    const report = await db.agent.cortex.janitor.verify({ signal })
    if (values.json === true) printJson(report)
    else print(integrityText(report))
    return EXIT.ok
  }
}
