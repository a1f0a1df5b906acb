/** `hive forget ID`: removes a fact of this node. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withOperations } from '../control/running-node.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env }) {
    const { values, positionals } = readArguments(argv, COMMON_OPTIONS, true)
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0) throw new UsageError('forget takes one id.')
    const result = await withOperations(values['data-dir'] ?? defaultDataDir(env), (node) =>
      node.forget({ id })
    )
    if (values.json === true) printJson(result)
    else if (!result.forgotten) print('This node has no fact of that id.')
    else if (result.retracted) {
      print(
        'Forgotten. Its published form is no longer vouched for by this node; others may keep a copy.'
      )
    } else print('Forgotten. It had not been published.')
    return result.forgotten ? EXIT.ok : EXIT.failed
  }
}
