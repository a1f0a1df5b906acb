/** `hive join`: writes the configuration for the swarm of an invite, and dials its nodes. */
import { text } from 'node:stream/consumers'
import { createHive } from '../../src/index.ts'
import { readArguments } from '../command.ts'
import { JOIN } from '../command-line/specs/node.ts'
import { remoteCalls } from '../control/control-client.ts'
import { findRunningNode } from '../control/running-node.ts'
import { CommandError, EXIT, UsageError } from '../exit-codes.ts'
import { planJoin, readInvite, writeJoin } from '../join/index.ts'
import { print, printJson, sanitizeText, warn } from '../output/terminal.ts'
import { standardInput } from '../standard-input.ts'
import { describePlan } from './join-call.ts'
import { becomeMember } from './join-closed.ts'
import type { Command } from '../command.ts'
import type { NetworkCheck } from '../../src/index.ts'
import type { JoinPlan } from '../join/index.ts'
import type { JoinCall } from './join-call.ts'

export const command: Command = {
  async run(argv, { env, signal, settings }) {
    const { values, positionals, dataDir } = readArguments(argv, JOIN, { env, settings })
    const [given, more] = positionals
    if (given === undefined || more !== undefined) {
      throw new UsageError('Give one invite, or "-" to read it from the standard input.')
    }
    const read = readInvite(given === '-' ? await text(standardInput()) : given)
    const running = await findRunningNode(dataDir)
    const own = running === undefined ? undefined : await peerIdOf(running.socket, signal)
    // A node does not dial itself.
    const isOwn = (address: string): boolean => own !== undefined && address.endsWith(`/p2p/${own}`)
    const invite = { ...read, peers: read.peers.filter((address) => !isOwn(address)) }
    const place = { env, cwd: process.cwd(), replace: values.replace === true }
    const plan = await planJoin(invite, place)
    const call = { invite, dataDir, isJson: values.json === true, running, signal }
    const warnOfArgument = (): void => {
      if (given !== '-' && (invite.key ?? invite.admission) !== undefined) {
        warn('Other users of this machine could see the invite. "hive join -" reads it instead.')
      }
    }
    if (invite.admission === undefined) {
      await writeJoin(plan)
      if (!call.isJson) describePlan(plan, invite.swarm)
      warnOfArgument()
      await dialAll(call, plan)
    } else {
      await becomeMember(call, plan)
      warnOfArgument()
    }
    return EXIT.ok
  }
}

async function dialAll(
  { invite, isJson, running, signal }: JoinCall,
  plan: JoinPlan
): Promise<void> {
  const dialled = await dial(invite, plan, signal)
  const isRunning = running !== undefined
  const hasAnswer = dialled.some(({ latency }) => latency !== undefined)
  const isAlone = plan.bootstrap.length === 0
  if (isJson) {
    const { configPath, key, isKnown } = plan
    printJson({
      swarm: invite.swarm,
      hasKey: invite.key !== undefined,
      config: configPath,
      ...(key === undefined ? {} : { key: key.path }),
      isKnown,
      bootstrap: dialled,
      restart: isRunning
    })
  } else {
    for (const { address, latency, reason } of dialled) {
      print(
        latency === undefined
          ? `${address} does not answer: ${sanitizeText(reason ?? '')}`
          : `${address} answers in ${latency} ms`
      )
    }
    if (isAlone) print('The invite is of the node that runs here: there is nobody to dial.')
    print(isRunning ? 'Start the running node again.' : '"hive start" starts a node in the swarm.')
  }
  if (hasAnswer || isAlone) return
  throw new CommandError(
    'No node of the swarm answers now. The configuration is written; the node tries again when it runs.',
    EXIT.failed
  )
}

async function peerIdOf(socket: string, signal: AbortSignal): Promise<string | undefined> {
  return (await remoteCalls(socket)('status', {}, { signal })).peerId
}

/** From a node of its own, in memory, which stores and publishes nothing. */
async function dial(
  { swarm: name }: { readonly swarm: string },
  { bootstrap, keyText }: JoinPlan,
  signal: AbortSignal
): Promise<NetworkCheck['bootstrap']> {
  const quiet = { gossip: false, mode: 'light', syncInterval: 0, filterInterval: 0 } as const
  await using db = await createHive({
    swarm: { ...quiet, name, key: keyText, bootstrap: [...bootstrap] },
    upkeep: false
  })
  const check = await db.checkNetwork({ signal })
  return check?.bootstrap ?? []
}
