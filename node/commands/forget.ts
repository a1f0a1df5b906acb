/** `hive forget ID`: removes a fact of this node. */
import { readArguments } from '../command.ts'
import { FORGET } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { values, positionals, dataDir } = readArguments(argv, FORGET, context)
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0) throw new UsageError('forget takes one id.')
    const result = await withNode(dataDir, (call) => call('forget', { id }))
    if (values.json === true) printJson(result)
    else if (!result.forgotten)
      print('This node has no fact with this id. "hive recall WORDS" finds the ids of facts.')
    else if (result.retracted) {
      print(
        'Forgotten. This node no longer vouches for the published insight. Other nodes may still store it.'
      )
    } else print('Forgotten. The fact was never published.')
    return result.forgotten ? EXIT.ok : EXIT.failed
  }
}
