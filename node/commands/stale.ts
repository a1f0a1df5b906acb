/** `hive stale ID`: marks a fact, and states of an insight, that it no longer holds. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withOperations } from '../control/running-node.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(argv, COMMON_OPTIONS, true)
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0) throw new UsageError('stale takes one id.')
    const result = await withOperations(values['data-dir'] ?? defaultDataDir(env), (node) =>
      node.stale({ id }, { signal })
    )
    if (values.json === true) printJson(result)
    else if (result.hive) {
      print('This node states that the insight no longer holds. "hive retract" takes it back.')
    } else if (result.local) {
      print('The fact no longer holds, and is not recalled. Storing it again ends that.')
    } else print('This node has stated so before.')
    return EXIT.ok
  }
}
