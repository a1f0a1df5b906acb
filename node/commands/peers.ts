/** `hive peers`: lists the connected peers of the running node. */
import { askNode } from '../ask-node.ts'
import { PEERS } from '../command-line/specs/swarm.ts'
import { CommandError, EXIT } from '../exit-codes.ts'
import { print, printJson, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { answer, dataDir, isJson } = await askNode(argv, PEERS, context, (call, options) =>
      call('status', {}, options)
    )
    const { peers, running } = answer
    if (!running) {
      const text = `No node runs on ${dataDir}. Start one with "hive start".`
      throw new CommandError(text, EXIT.failed, 'NOT_RUNNING')
    }
    if (isJson) for (const peer of peers) printJson(peer)
    else if (peers.length === 0)
      print('No peers. Pass --bootstrap to "hive start", or wait until a peer connects.')
    else {
      const rows = peers.map(({ peer, direction, swarm, gossip, latency, addresses }) => [
        peer,
        direction,
        swarm ? 'swarm' : 'other',
        gossip,
        latency === undefined ? '-' : `${latency} ms`,
        addresses.join(' ')
      ])
      print(table([['PEER', 'DIRECTION', 'KIND', 'GOSSIP', 'LATENCY', 'ADDRESS'], ...rows]))
    }
    return EXIT.ok
  }
}
