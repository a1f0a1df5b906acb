/**
 * Invites: the name and the key of a swarm, and addresses of its nodes, in one string.
 *
 * `hive0.` BASE64URL(JSON) `.` CHECK, where CHECK is the first 8 hexadecimal digits of SHA-256 of the
 * characters before it. The digit after `hive` is the version. Version 0 hands the swarm key over
 * as it is, so that an invite is as secret as the key.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { checkSwarmInit, swarmKeyHex } from '../../transport/index.ts'
import { UsageError } from '../exit-codes.ts'

export interface Invite {
  readonly swarm: string
  /** The text of a key file, or 64 hexadecimal digits; undefined for an open swarm. */
  readonly key?: string
  /** Multiaddrs, each with a peer id. */
  readonly peers: readonly string[]
}

const VERSION = 0
const CHECK_DIGITS = 8

/** Characters; an invite of 16 long addresses has fewer. */
const MAX_LENGTH = 8 * 1024

export const MAX_INVITE_PEERS = 16

const Payload = z.strictObject({
  swarm: z.string().min(1).max(128),
  key: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  peers: z.array(z.string().min(1).max(512)).min(1).max(MAX_INVITE_PEERS)
})

export function writeInvite(invite: Invite): string {
  const payload = Buffer.from(JSON.stringify(Payload.parse(payloadOf(invite)))).toString(
    'base64url'
  )
  const text = `hive${VERSION}.${payload}`
  return `${text}.${checkOf(text)}`
}

function payloadOf({ key, ...rest }: Invite): Invite {
  return key === undefined ? rest : { ...rest, key: swarmKeyHex(key) }
}

/** Throws `UsageError` with what is wrong; the text of an invite is in no message. */
export function readInvite(input: string): Invite {
  const text = input.trim()
  const [, version = '', payload = '', check = ''] =
    /^hive(\d+)\.([\w-]+)(?:\.([0-9a-f]+))?$/.exec(text) ?? []
  if (version === '' || text.length > MAX_LENGTH) {
    throw new UsageError('This is not an invite. "hive invite" prints one on a node of the swarm.')
  }
  if (Number(version) !== VERSION) {
    throw new UsageError(
      `This invite is of version ${version}, and this program knows version ${VERSION}. Install a newer one.`
    )
  }
  if (check !== checkOf(`hive${version}.${payload}`)) {
    throw new UsageError('The invite is not complete, or was changed. Copy all of it.')
  }
  try {
    const invite = Payload.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
    checkSwarmInit({ bootstrap: invite.peers })
    return invite
  } catch {
    throw new UsageError('The content of the invite cannot be read. Ask for another one.')
  }
}

function checkOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, CHECK_DIGITS)
}
