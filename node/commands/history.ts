/** `hive history ENTITY [ATTRIBUTE]`: lists current and earlier claims on an entity. */
import { dateOption, readArguments } from '../command.ts'
import { HISTORY } from '../command-line/specs/knowledge.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { sanitizeText, print, printJson, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, HISTORY, context)
    const [entity, attribute, ...more] = positionals
    if (entity === undefined || more.length > 0) {
      throw new UsageError(
        'history takes an entity and, optionally, an attribute. Quote each of them.'
      )
    }
    const asOf = dateOption('as-of', values['as-of'])
    const claims = await withNode(dataDir, (call) =>
      call('history', { entity, attribute, asOf }, { signal })
    )
    if (values.json === true) for (const claim of claims) printJson(claim)
    else if (claims.length === 0) print('No claims about this entity.')
    else {
      const rows = claims.map(({ attribute: name, value, state, validFrom, origin, id }) => [
        sanitizeText(name),
        sanitizeText(value),
        state,
        validFrom === undefined ? 'no start' : `from ${validFrom.slice(0, 10)}`,
        origin,
        id.slice(0, 12)
      ])
      print(table(rows))
    }
    return EXIT.ok
  }
}
