/** `hive stale ID`: states that a fact or an insight no longer holds. */
import { readArguments } from '../command.ts'
import { STALE } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, STALE, context)
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0) throw new UsageError('stale takes one id.')
    const marked = await withNode(dataDir, (call) => call('stale', { id }, { signal }))
    if (values.json === true) printJson(marked)
    else if (marked.hive)
      print('This node states that it no longer holds. It is not recalled here.')
    else print(marked.local ? 'It is not recalled any more.' : 'It was stale before.')
    return EXIT.ok
  }
}
