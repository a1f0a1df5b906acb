/** `hive swarm`: makes a closed swarm, shows this node's membership, hands the root over. */
import { readArguments } from '../command.ts'
import { SWARM } from '../command-line/specs/members.ts'
import { withNode } from '../control/running-node.ts'
import { EXIT, UsageError } from '../exit-codes.ts'
import { describeMembership } from '../output/member-texts.ts'
import { print, printJson } from '../output/terminal.ts'
import type { Arguments, Command, CommandContext } from '../command.ts'

/** A command line of `hive swarm`. */
export interface SwarmCall extends Pick<Arguments<typeof SWARM>, 'dataDir' | 'values'> {
  readonly context: CommandContext
}

const ACTIONS: Readonly<Record<string, (call: SwarmCall, name: string) => Promise<void>>> = {
  async create(call, name) {
    const { createSwarmHere } = await import('./swarm-create.ts')
    await createSwarmHere(call, name)
  },
  async show({ dataDir, values, context: { signal } }) {
    const membership = await withNode(dataDir, (ask) => ask('membership', {}, { signal }))
    if (values.json === true) printJson(membership)
    else print(describeMembership(membership, Date.now()))
  },
  async succeed(call) {
    const { succeedHere } = await import('./swarm-succeed.ts')
    await succeedHere(call)
  }
}

export const command: Command = {
  async run(argv, context) {
    const { values, positionals, dataDir } = readArguments(argv, SWARM, context)
    const [what = '', name = '', ...more] = positionals
    const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
    if (action === undefined || more.length > 0 || (name === '') === (what === 'create')) {
      throw new UsageError('swarm takes create NAME, show or succeed.')
    }
    await action({ values, dataDir, context }, name)
    return EXIT.ok
  }
}
