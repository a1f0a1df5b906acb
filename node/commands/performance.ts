/** `hive performance`: prints what the Bloom filter of facts has saved since the node started. */
import { askNode } from '../ask-node.ts'
import { PERFORMANCE } from '../command-line/specs/node.ts'
import { EXIT } from '../exit-codes.ts'
import { grouped, print, printJson, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { answer, isJson } = await askNode(argv, PERFORMANCE, context, (call, options) =>
      call('performance', {}, options)
    )
    const { bloomHitRate, falsePositives, lookupsAvoided, millisecondsSaved } = answer
    const rows = [
      ['repetitions', `${(100 * bloomHitRate).toFixed(1)} % of the checked facts`],
      ['false positives', grouped(falsePositives)],
      ['lookups avoided', grouped(lookupsAvoided)],
      ['time saved', `${grouped(Math.round(millisecondsSaved))} ms`]
    ]
    if (isJson) printJson(answer)
    else print(table(rows))
    return EXIT.ok
  }
}
