/** `hive stale ID`: states that a fact or an insight no longer holds. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(argv, COMMON_OPTIONS, true)
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0) throw new UsageError('stale takes one id.')
    const marked = await withNode(values['data-dir'] ?? defaultDataDir(env), (call) =>
      call('stale', { id }, { signal })
    )
    if (values.json === true) printJson(marked)
    else if (marked.hive)
      print('This node states that it no longer holds. It is not recalled here.')
    else print(marked.local ? 'It is not recalled any more.' : 'It was stale before.')
    return EXIT.ok
  }
}
