/** `hive peers`: lists the peers that the running node is connected to. */
import { COMMON_OPTIONS, readArguments } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { defaultDataDir } from '../data-paths.ts'
import { withOperations } from '../control/running-node.ts'
import { print, printJson, table } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, { env, signal }) {
    const { values } = readArguments(argv, COMMON_OPTIONS)
    const dataDir = values['data-dir'] ?? defaultDataDir(env)
    const { peers, running } = await withOperations(dataDir, (node) => node.status({ signal }))
    if (values.json === true) for (const peer of peers) printJson(peer)
    else if (!running) print(`No node runs on ${dataDir}; start one with "hive start".`)
    else if (peers.length === 0)
      print('No peers. Give --bootstrap to "hive start", or wait for others to join.')
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
