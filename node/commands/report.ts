/** `hive report ID OUTCOME [NOTE]`: says what came of a lesson, an insight or a skill. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withNode } from '../control/running-node.ts'
import { choiceOf, OUTCOMES } from '../operations/choices.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values, positionals } = readArguments(argv, COMMON_OPTIONS, true)
    const [id, given, ...words] = positionals
    const outcome = choiceOf(OUTCOMES, given)
    if (id === undefined || outcome === undefined) {
      throw new UsageError(`report takes an id and one of ${OUTCOMES.join(', ')}.`)
    }
    const note = words.length === 0 ? undefined : words.join(' ')
    const reported = await withNode(values['data-dir'] ?? defaultDataDir(env), (call) =>
      call('report', { id, outcome, note }, { signal })
    )
    if (values.json === true) printJson(reported)
    else print(`${reported.kind} ${reported.id.slice(0, 12)}: ${reported.effect}`)
    return EXIT.ok
  }
}
