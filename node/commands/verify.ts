/** `hive verify`: reads everything that a node stores, and prints what is lost or damaged. */
import { askNode } from '../ask-node.ts'
import { VERIFY } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import { integrityText } from '../output/integrity.ts'
import { print, printJson, withProgress } from '../output/terminal.ts'
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
              onProgress: ({ parts = 0, done = 0 }) => update(`${done} of ${parts} parts verified`)
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
