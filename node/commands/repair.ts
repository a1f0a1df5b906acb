/** `hive repair`: rebuilds the tables of a store, removes damaged values, and prints what is lost. */
import { readArguments } from '../command.ts'
import { REPAIR } from '../command-line/specs/node.ts'
import { CommandError, EXIT } from '../exit-codes.ts'
import { findRunningNode, requireHive } from '../control/running-node.ts'
import { integrityText } from '../output/integrity.ts'
import { print, printJson, withProgress } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, dataDir } = readArguments(argv, REPAIR, context)
    await requireHive(dataDir)
    const running = await findRunningNode(dataDir)
    if (running !== undefined) {
      throw new CommandError(
        `A node runs on ${dataDir} (process ${running.pid}). Stop it first: a repair needs the directory to itself.`,
        EXIT.directory
      )
    }
    const { createHive } = await import('../../src/index.ts')
    const report = await withProgress(
      signal,
      async (update) => {
        update('repairing')
        await using db = await createHive({ dataDir, swarm: false, repair: true })
        return await db.agent.cortex.janitor.repair({
          signal,
          onProgress: ({ parts, done }) => update(`${done} of ${parts} parts repaired`)
        })
      },
      () => 'What is mended stays mended. "hive repair" again does the rest.'
    )
    if (values.json === true) printJson(report)
    else print(integrityText(report))
    return report.isWhole ? EXIT.ok : EXIT.failed
  }
}
