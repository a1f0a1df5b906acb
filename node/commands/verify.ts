/** `hive verify`: reads everything that a node stores, and prints what is lost or damaged. */
import { askNode } from '../ask-node.ts'
import { VERIFY } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import { integrityText } from '../output/integrity.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { answer, isJson } = await askNode(argv, VERIFY, context, (call, options) =>
      call('verify', {}, options)
    )
    if (isJson) printJson(answer)
    else print(integrityText(answer))
    return answer.isWhole ? EXIT.ok : EXIT.failed
  }
}
