/** `hive voices`: lists who vouches for an insight, disputes it, or calls it stale. */
import { readArguments } from '../command.ts'
import { VOICES } from '../command-line/specs/swarm.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson } from '../output/terminal.ts'
import { shortId } from '../recalled-line.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, VOICES, context)
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0) throw new UsageError('voices takes one id.')
    const found = await withNode(dataDir, (call) => call('voices', { id }, { signal }))
    if (values.json === true) printJson(found)
    else if (found === null) print('This node has no record with this id.')
    else {
      const { vouches, disputes, stale, needs, own, voices } = found
      print(`${vouches} vouch (${needs} needed), ${disputes} dispute, ${stale} call it stale`)
      if (own !== undefined) print(`this node: ${own}`)
      for (const { author, vote, confidence, day } of voices) {
        print(`${shortId(author)}  ${vote.padEnd(7)}  ${Math.round(100 * confidence)} %  ${day}`)
      }
    }
    return found === null ? EXIT.failed : EXIT.ok
  }
}
