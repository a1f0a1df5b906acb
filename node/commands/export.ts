/** `hive export`: prints all facts of a node as JSON Lines, for `hive import`. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withNode } from '../control/running-node.ts'
import { writeLine } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values } = readArguments(argv, COMMON_OPTIONS)
    await withNode(values['data-dir'] ?? defaultDataDir(env), (call) =>
      call('export', {}, { signal, onItem: (fact) => writeLine(JSON.stringify(fact)) })
    )
    return EXIT.ok
  }
}
