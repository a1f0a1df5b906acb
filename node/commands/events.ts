/** `hive events`: prints the events of the running node until it is interrupted. */
import { readArguments, wholeNumberOption } from '../command.ts'
import { EVENTS } from '../command-line/specs/node.ts'
import { EXIT, LostReaderError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { watchReader } from '../output/lost-reader.ts'
import { sanitizeText, writeLine } from '../output/terminal.ts'
import type { FeedEvent } from '../operations/index.ts'
import type { Command } from '../command.ts'

const MAX_EVENTS = 1_000_000_000

export const command: Command = {
  async run(argv, context) {
    const { values, dataDir } = readArguments(argv, EVENTS, context)
    const numberOf = (name: 'after' | 'limit'): number | undefined => {
      const text = values[name]
      return text === undefined ? undefined : wholeNumberOption(name, text, 0, MAX_EVENTS)
    }
    const input = { limit: numberOf('limit'), after: numberOf('after') }
    const show = values.json === true ? JSON.stringify : eventText
    // When the reader goes there may be no further event to tell.
    const gone = new AbortController()
    const signal = AbortSignal.any([context.signal, gone.signal])
    const stopWatching = watchReader(() => gone.abort(new LostReaderError()))
    await withNode(dataDir, (call) =>
      call('events', input, {
        signal,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the items of this operation
        onItem: (event) => writeLine(show(event as FeedEvent), signal)
      })
    )
      .catch((error: unknown) => {
        if (!gone.signal.aborted) throw error
      })
      .finally(stopWatching)
    return EXIT.ok
  }
}

function eventText({ at, event, data }: FeedEvent): string {
  return `${at}  ${event}  ${sanitizeText(JSON.stringify(data))}`
}
