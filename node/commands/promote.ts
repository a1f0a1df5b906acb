/** `hive promote ID`: anonymises and publishes one fact of this node. */
import { readArguments } from '../command.ts'
import { PROMOTE } from '../command-line/specs/swarm.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

const OUTCOMES = {
  promoted: 'Published as a new insight.',
  corroborated: 'The swarm already has this insight. This node added its vote.',
  already: 'This node already published this insight, or voted for it.'
} as const

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, PROMOTE, context)
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0) throw new UsageError('promote takes one id.')
    const result = await withNode(dataDir, (call) =>
      call('promote', { id, tags: values.tag }, { signal })
    )
    if (values.json === true) printJson(result)
    else print(`${OUTCOMES[result.status]}\n${result.id}`)
    return EXIT.ok
  }
}
