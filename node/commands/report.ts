/** `hive report ID OUTCOME [NOTE]`: says what came of a lesson, an insight or a skill. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withNode } from '../control/running-node.ts'
import { Outcome } from '../operations/index.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(argv, COMMON_OPTIONS, true)
    const [id, outcome, ...words] = positionals
    const parsed = Outcome.safeParse(outcome)
    if (id === undefined || !parsed.success) {
      throw new UsageError(`report takes an id and one of ${Outcome.options.join(', ')}.`)
    }
    const note = words.length === 0 ? undefined : words.join(' ')
    const reported = await withNode(values['data-dir'] ?? defaultDataDir(env), (call) =>
      call('report', { id, outcome: parsed.data, note }, { signal })
    )
    if (values.json === true) printJson(reported)
    else print(`${reported.kind} ${reported.id.slice(0, 12)}: ${reported.effect}`)
    return EXIT.ok
  }
}
