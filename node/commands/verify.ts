/** `hive verify`: reads everything that a node stores, and prints what is lost or damaged. */
import { askNode } from '../ask-node.ts'
import { VERIFY } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import { integrityText } from '../output/integrity.ts'
import { grouped, print, printJson, withProgress } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { answer, isJson } = await withProgress(
      context.signal,
      (update) =>
        askNode(argv, VERIFY, context, (call, options) =>
          call(
            'verify',
            {},
            {
              ...options,
              onProgress: ({ parts = 0, done = 0, read = 0 }) =>
                update(partsText(parts, done, read))
            }
          )
        ),
      (last) => `${last ?? 'Nothing verified'}. "hive verify" again begins at the first part.`
    )
    if (isJson) printJson(answer)
    else print(integrityText(answer))
    return answer.isWhole ? EXIT.ok : EXIT.failed
  }
}

function partsText(parts: number, done: number, read: number): string {
  const begun =
    read === 0 ? '' : ` and ${grouped(read)} ${done === 0 ? 'facts' : 'values'} of the next part`
  return `${done} of ${parts} parts verified${begun}`
}
