/** `hive invite`: prints a string with which another machine joins the swarm of the running node. */
import { readFile } from 'node:fs/promises'
import { readArguments } from '../command.ts'
import { INVITE } from '../command-line/specs/node.ts'
import { withNode } from '../control/running-node.ts'
import { startSettings } from '../doctor/start-settings.ts'
import { CommandError, EXIT, messageOf, UsageError } from '../exit-codes.ts'
import { MAX_INVITE_PEERS, usableByOthers, writeInvite } from '../join/index.ts'
import { print, printJson, warn } from '../output/terminal.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  async run(argv, context) {
    const { values, dataDir } = readArguments(argv, INVITE, context)
    const { signal } = context
    const status = await withNode(dataDir, (call) => call('status', {}, { signal }))
    if (!status.running || status.swarm === undefined) {
      throw new CommandError(
        `No node runs on ${dataDir}, so that there is no address for an invite. Start one with "hive start".`,
        EXIT.failed,
        'NOT_RUNNING'
      )
    }
    const started = (await startSettings(dataDir, context)).values
    const keyFile = values['swarm-key'] ?? started['swarm-key']
    const { addresses, isLocal } = usableByOthers(values.address ?? status.multiaddrs)
    if (addresses.length === 0) {
      throw new UsageError('The node listens at no address. Name one with --address.')
    }
    const peers = addresses.slice(0, MAX_INVITE_PEERS).map((address) => {
      return address.includes('/p2p/') ? address : `${address}/p2p/${status.peerId}`
    })
    const key = keyFile === undefined ? undefined : await readKey(keyFile)
    const invite = writeInvite({ swarm: status.swarm.name, key, peers })
    if (values.json === true) {
      printJson({ invite, swarm: status.swarm.name, hasKey: key !== undefined, addresses: peers })
    } else print(invite)
    if (isLocal && values.address === undefined) {
      warn(
        'This machine alone can use the invite: the node listens on loopback. See "hive start --listen", "--lan" or "--announce".'
      )
    }
    warn(
      key === undefined
        ? 'The swarm has no key: everyone who reaches the node can join without an invite.'
        : 'The invite has the swarm key. Send it as you would send a password.'
    )
    return EXIT.ok
  }
}

async function readKey(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CommandError(
      `Cannot read the swarm key in ${path}: ${messageOf(error)}. Name it with --swarm-key.`,
      EXIT.swarm
    )
  }
}
