/** `hive learn SUMMARY`: stores one lesson on this node. */
import { numberOption, readArguments } from '../command.ts'
import { LEARN } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson, sanitizeText } from '../output/terminal.ts'
import { projectHere } from '../project.ts'
import type { Command } from '../command.ts'
import type { ResultOf } from '../operations/index.ts'

const SHORT = 12

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, LEARN, context)
    const [summary, ...more] = positionals
    if (summary === undefined || more.length > 0) {
      throw new UsageError(
        'learn takes one summary. Quote it, and give --detail, --action or both.'
      )
    }
    const { detail, action, versions, verify, confidence } = values
    const input = {
      summary,
      detail,
      action,
      versions,
      verify,
      tags: values.tag,
      project:
        values.project ?? (values.here === true ? await projectHere(process.cwd()) : undefined),
      private: values.private,
      force: values.force,
      confidence:
        confidence === undefined ? undefined : numberOption('confidence', confidence, 0, 1)
    }
    const learned = await withNode(dataDir, (call) => call('learn', input, { signal }))
    if (values.json === true) printJson(learned)
    else print(describe(learned))
    return learned.status === 'similar' ? EXIT.refused : EXIT.ok
  }
}

function describe({ id, status, similar }: ResultOf<'learn'>): string {
  if (similar !== undefined) {
    const where = similar.origin === 'local' ? 'here' : 'in the hive'
    return `Not stored: ${similar.id.slice(0, SHORT)} is known ${where}: ${sanitizeText(similar.summary)}\n--force stores it anyway.`
  }
  return `${id.slice(0, SHORT)}  ${status === 'new' ? 'learned' : 'known already'}`
}
