/** `hive facts`: lists the facts of this node, the newest first. */
import { readArguments, wholeNumberOption } from '../command.ts'
import { FACTS } from '../command-line/specs/knowledge.ts'
import { EXIT } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson, sanitizeText } from '../output/terminal.ts'
import { shortId } from '../recalled-line.ts'
import type { Command } from '../command.ts'

const MAX_FACTS = 1_000

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, dataDir } = readArguments(argv, FACTS, context)
    const input = {
      limit: wholeNumberOption('limit', values.limit, 1, MAX_FACTS),
      ...(values.before === undefined
        ? {}
        : { before: wholeNumberOption('before', values.before, 0, Number.MAX_SAFE_INTEGER) })
    }
    const page = await withNode(dataDir, (call) => call('facts', input, { signal }))
    if (values.json === true) printJson(page)
    else {
      for (const { id, recordedAt, record, entity, content } of page.facts) {
        const place = record === undefined ? 'here  ' : 'public'
        print(
          `${shortId(id)}  ${recordedAt.slice(0, 10)}  ${place}  ${sanitizeText(entity)}: ${sanitizeText(content)}`
        )
      }
      if (page.next !== undefined) print(`more: hive facts --before ${page.next}`)
      else if (page.facts.length === 0) {
        print(values.before === undefined ? 'This node has no facts.' : 'No older facts.')
      }
    }
    return EXIT.ok
  }
}
