/** `hive report ID OUTCOME [NOTE]`: says what came of a lesson, an insight or a skill. */
import { readArguments } from '../command.ts'
import { REPORT } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { choiceOf, OUTCOMES } from '../operations/choices.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, REPORT, context)
    const [id, given, ...words] = positionals
    const outcome = choiceOf(OUTCOMES, given)
    if (id === undefined || outcome === undefined) {
      throw new UsageError(`report takes an id and one of ${OUTCOMES.join(', ')}.`)
    }
    const note = words.length === 0 ? undefined : words.join(' ')
    const reported = await withNode(dataDir, (call) =>
      call('report', { id, outcome, note }, { signal })
    )
    if (values.json === true) printJson(reported)
    else print(`${reported.kind} ${reported.id.slice(0, 12)}: ${reported.effect}`)
    return EXIT.ok
  }
}
