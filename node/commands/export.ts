/** `hive export`: prints all facts of a node as JSON Lines, for `hive import` or for cq. */
import { readArguments } from '../command.ts'
import { EXPORT } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { countOf, sanitizeText, warn, withProgress, writeLine } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { ResultOf } from '../operations/index.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, dataDir } = readArguments(argv, EXPORT, context)
    const { format } = values
    if (format !== undefined && format !== 'hive' && format !== 'cq') {
      throw new UsageError(`--format takes hive or cq, not "${format}".`)
    }
    let printed = 0
    const report = await withProgress(
      signal,
      () =>
        withNode(dataDir, (call) =>
          call(
            'export',
            { format },
            {
              signal,
              async onItem(fact) {
                await writeLine(JSON.stringify(fact), signal)
                printed += 1
              }
            }
          )
        ),
      () => `The output is not whole: it has ${countOf(printed, 'fact')}.`
    )
    for (const line of withheldLines(report)) warn(line)
    return EXIT.ok
  }
}

/** Numbers by reason. */
function withheldLines({ facts, withheld = [], omitted = 0 }: ResultOf<'export'>): string[] {
  const reasons = Object.entries(Object.groupBy(withheld, ({ reason }) => reason))
  const lines = reasons.map(
    ([reason, items = []]) => `  ${items.length} withheld: ${sanitizeText(reason)}`
  )
  if (omitted > 0)
    lines.push(`  ${omitted} texts of imported units omitted: they may disclose something`)
  return lines.length === 0 ? [] : [`${facts} exported, ${withheld.length} withheld`, ...lines]
}
