/** `hive trends`: prints how the counts of the running node grew. */
import { askNode } from '../ask-node.ts'
import { TRENDS } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import { print, printJson, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { answer, isJson } = await askNode(argv, TRENDS, context, (call, options) =>
      call('trends', {}, options)
    )
    const rows = answer.map(({ at, facts, entries, insights = '', authors, peers, synced }) => {
      return [at.slice(0, 19).replace('T', ' '), facts, entries, insights, authors, peers, synced]
    })
    if (isJson) printJson(answer)
    else
      print(
        table([
          ['time (UTC)', 'facts', 'entries', 'insights', 'authors', 'peers', 'synced'],
          ...rows
        ])
      )
    return EXIT.ok
  }
}
