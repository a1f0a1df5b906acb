/** `hive invite`: prints a string with which another machine joins the swarm of the running node. */
import { readFile } from 'node:fs/promises'
import { readArguments, wholeNumberOption } from '../command.ts'
import { INVITE } from '../command-line/specs/node.ts'
import { withNode } from '../control/running-node.ts'
import { startSettings } from '../doctor/start-settings.ts'
import { CommandError, EXIT, messageOf, UsageError } from '../exit-codes.ts'
import { checkPeers, MAX_INVITE_PEERS, usableByOthers, writeInvite } from '../join/index.ts'
import { minuteOf } from '../output/member-texts.ts'
import { print, printJson, warn } from '../output/terminal.ts'
import { hoursOf } from '../duration.ts'
import type { Command } from '../command.ts'
import type { Admission } from '../join/index.ts'
import type { InputOf, ResultOf } from '../operations/index.ts'

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
    // Before an invite is made: a newcomer refuses one with another address.
    checkPeers(peers)
    const key = keyFile === undefined ? undefined : await readKey(keyFile)
    const { name } = status.swarm
    const made = isClosed(name) ? await makeInvite(dataDir, values, signal) : undefined
    if (made === undefined) refuseTerms(values)
    const invite = writeInvite({ swarm: name, key, peers, admission: made && admissionOf(made) })
    if (values.json === true) {
      const { id, role, uses, expires } = made ?? {}
      printJson({
        invite,
        swarm: name,
        hasKey: key !== undefined,
        addresses: peers,
        ...(made === undefined ? {} : { id, role, uses, expires })
      })
    } else {
      print(invite)
      if (values.qr !== false && process.stdout.isTTY) await printCode(invite)
    }
    if (isLocal && values.address === undefined) {
      warn(
        'This machine alone can use the invite: the node listens on loopback. See "hive start --listen", "--lan" or "--announce".'
      )
    }
    warn(adviceOf(key !== undefined, made))
    return EXIT.ok
  }
}

type Made = ResultOf<'member-invite'>

/** Options that only a closed swarm has. */
const TERMS = ['role', 'uses', 'expires', 'max', 'days'] as const

type Terms = Readonly<Partial<Record<(typeof TERMS)[number], string>>>

function isClosed(swarm: string): boolean {
  return /^.+~[0-9a-f]{32}$/s.test(swarm)
}

function refuseTerms(values: Terms): void {
  const given = TERMS.find((name) => values[name] !== undefined)
  if (given === undefined) return
  throw new UsageError(
    `--${given} is for closed swarms. The swarm of this node is open: its invites make nobody a member.`
  )
}

function makeInvite(
  dataDir: string,
  { role, uses, expires, max, days }: Terms,
  signal: AbortSignal
): Promise<Made> {
  const input: InputOf<'member-invite'> = {
    ...(role === undefined ? {} : { role: roleOf(role) }),
    ...(uses === undefined ? {} : { uses: wholeNumberOption('uses', uses, 1, 1_000) }),
    ...(expires === undefined ? {} : { hours: hoursOf('expires', expires) }),
    ...(max === undefined ? {} : { max: wholeNumberOption('max', max, 1, 4_096) }),
    ...(days === undefined ? {} : { days: wholeNumberOption('days', days, 1, 3_650) })
  }
  if (max !== undefined && role !== 'inviter') {
    throw new UsageError('--max is for --role inviter: other members invite nobody.')
  }
  return withNode(dataDir, (call) => call('member-invite', input, { signal }))
}

function roleOf(text: string): Made['role'] {
  const roles = INVITE.options.role.choices
  const found = roles.find((each) => each === text)
  if (found !== undefined) return found
  throw new UsageError(`--role takes ${roles.join(', ')}, not "${text}".`)
}

function admissionOf({ id, secret, founding, role, expires }: Made): Admission {
  return { id, secret, founding, role, expires }
}

/** As a QR code, if it fits the terminal: a code that wraps cannot be read. */
async function printCode(text: string): Promise<void> {
  // Loaded here: other commands draw no codes.
  const { qrText } = await import('../output/qr-text.ts')
  const code = qrText(text)
  const width = code?.indexOf('\n') ?? 0
  // 0: a terminal that does not know.
  const columns = process.stdout.columns || width
  if (code === undefined) return
  if (width <= columns) print(code)
  else
    warn(
      `The terminal is too narrow for a QR code of the invite: it has ${columns} of ${width} columns.`
    )
}

const BECOMES: Readonly<Record<Made['role'], readonly [one: string, several: string]>> = {
  member: ['a member', 'members'],
  light: ['a light member', 'light members'],
  inviter: ['an inviter', 'inviters']
}

function adviceOf(hasKey: boolean, made: Made | undefined): string {
  if (made === undefined) {
    return hasKey
      ? 'The invite has the swarm key. Send it as you would send a password.'
      : 'The swarm has no key: everyone who reaches the node can join without an invite.'
  }
  const { uses, role, expires, id } = made
  const [one, several] = BECOMES[role]
  const who =
    uses === 1 ? `Its first user becomes ${one}` : `Its first ${uses} users become ${several}`
  return `${who}, until ${minuteOf(expires)} and while this node runs. Send it as you would send a password. "hive members cancel ${id}" ends it.`
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
