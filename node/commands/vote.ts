/** `hive vouch ID`, `hive dispute ID`, `hive retract ID`: this node's vote on an insight. */
import { numberOption, readArguments } from '../command.ts'
import { DISPUTE, RETRACT, VOUCH } from '../command-line/specs/swarm.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Command } from '../command.ts'
import type { InputOf } from '../operations/index.ts'

const SPECS = { vouch: VOUCH, dispute: DISPUTE, retract: RETRACT } as const

interface VoteTexts {
  readonly changed: string
  readonly unchanged: string
}

export const vouch = commandFor('vouch', {
  changed: 'This node vouches for this insight.',
  unchanged: 'This node already vouches for this insight.'
})

export const dispute = commandFor('dispute', {
  changed: 'This node disputes this insight.',
  unchanged: 'This node already disputes this insight.'
})

export const retract = commandFor('retract', {
  changed: 'This node retracted its vote. The votes of other authors still count.',
  unchanged: 'This node has no vote on this insight.'
})

function commandFor(vote: InputOf<'vote'>['vote'], { changed, unchanged }: VoteTexts): Command {
  return {
    async run(argv, context) {
      const { signal } = context
      const { values, positionals, dataDir } = readArguments(argv, SPECS[vote], context)
      const [id, ...more] = positionals
      if (id === undefined || more.length > 0) throw new UsageError(`${vote} takes one id.`)
      const confidence = numberOption('confidence', values.confidence, 0, 1)
      const result = await withNode(dataDir, (call) =>
        call('vote', { id, vote, confidence }, { signal })
      )
      if (values.json === true) printJson(result)
      else print(result.changed ? changed : unchanged)
      return EXIT.ok
    }
  }
}
