/** `hive events`: prints the events of the running node until it is interrupted. */
import { COMMON_OPTIONS, readArguments, wholeNumberOption } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson, sanitizeText } from '../output/terminal.ts'
import type { FeedEvent } from '../operations/index.ts'
import type { Command } from '../command.ts'

const MAX_EVENTS = 1_000_000_000

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values } = readArguments(argv, {
      ...COMMON_OPTIONS,
      limit: { type: 'string' },
      after: { type: 'string' }
    })
    const numberOf = (name: 'after' | 'limit'): number | undefined => {
      const text = values[name]
      return text === undefined ? undefined : wholeNumberOption(name, text, 0, MAX_EVENTS)
    }
    const input = { limit: numberOf('limit'), after: numberOf('after') }
    const show = values.json === true ? printJson : printEvent
    await withNode(values['data-dir'] ?? defaultDataDir(env), (call) =>
      call('events', input, {
        signal,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the items of this operation
        onItem: async (event) => show(event as FeedEvent)
      })
    )
    return EXIT.ok
  }
}

function printEvent({ at, event, data }: FeedEvent): void {
  print(`${at}  ${event}  ${sanitizeText(JSON.stringify(data))}`)
}
