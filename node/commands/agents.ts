/** `hive agents`: lists the agents that have a persona, or creates one. */
import { readArguments } from '../command.ts'
import { AGENTS } from '../command-line/specs/agents.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { withNode } from '../control/running-node.ts'
import { describeAgents } from '../output/persona-texts.ts'
import { print, printJson, sanitizeText } from '../output/terminal.ts'
import { jsonInput, jsonOf } from './json-input.ts'
import type { Command } from '../command.ts'
import type { InputOf } from '../operations/index.ts'

export const command: Command = {
  async run(argv, context) {
    const { signal } = context
    const { values, positionals, dataDir } = readArguments(argv, AGENTS, context)
    const [what = 'list', agent, given, ...more] = positionals
    if (what === 'create' && agent !== undefined && more.length === 0) {
      const json = given === undefined ? await jsonInput() : jsonOf(given)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation checks it
      const persona = json as InputOf<'create-agent'>['persona']
      const created = await withNode(dataDir, (call) =>
        call('create-agent', { agent, persona }, { signal })
      )
      if (values.json === true) printJson(created)
      else print(`${sanitizeText(agent)}  created`)
    } else if (what === 'list' && agent === undefined) {
      const agents = await withNode(dataDir, (call) => call('agents', {}, { signal }))
      if (values.json === true) for (const each of agents) printJson(each)
      else print(describeAgents(agents))
    } else {
      throw new UsageError('agents takes no arguments, list, or create NAME [PERSONA].')
    }
    return EXIT.ok
  }
}
