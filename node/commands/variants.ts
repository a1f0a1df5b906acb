/** `hive variants`: lists near-duplicates that were merged into a fact, or splits one off again. */
import { readArguments } from '../command.ts'
import { VARIANTS } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson, sanitizeText } from '../output/terminal.ts'
import { shortId } from '../recalled-line.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, VARIANTS, context)
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0) throw new UsageError('variants takes one id.')
    const isJson = values.json === true
    if (values.split === true) {
      const split = await withNode(dataDir, (call) => call('split-variant', { id }, { signal }))
      if (isJson) printJson(split)
      else print(split.changed ? 'It is a fact of its own.' : 'No near-duplicate has this id.')
      return split.changed ? EXIT.ok : EXIT.failed
    }
    const variants = await withNode(dataDir, (call) => call('variants', { id }, { signal }))
    if (isJson) printJson(variants)
    else if (variants.length === 0) print('No near-duplicate was merged into it.')
    else {
      for (const { id: variant, agent, entity, content } of variants) {
        print(
          `${shortId(variant)}  ${sanitizeText(agent)}  ${sanitizeText(entity)}: ${sanitizeText(content)}`
        )
      }
    }
    return EXIT.ok
  }
}
