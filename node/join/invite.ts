/**
 * Invites: the name and the key of a swarm, and addresses of its nodes, in one string.
 *
 * `hive` VERSION `.` BASE64URL(JSON) `.` CHECK, where CHECK is the first 8 hexadecimal digits of SHA-256
 * of the characters before it. Version 0 is for open swarms; version 1 is for closed ones, and has the
 * one-time secret of a newcomer too. Both hand the swarm key over as it is, so that an invite is as
 * secret as the key.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { bindsRoot, isClosedSwarm, readStatement } from '../../crdt/index.ts'
import { checkSwarmInit, swarmKeyHex } from '../../transport/index.ts'
import { UsageError } from '../exit-codes.ts'

/** What a newcomer to a closed swarm needs. Bytes are hexadecimal digits. */
export interface Admission {
  /** The first statement of the swarm, which its name binds. */
  readonly founding: string
  /** Of the invite at the node that made it. */
  readonly id: string
  readonly secret: string
  readonly role: 'inviter' | 'light' | 'member'
  /** ISO 8601. */
  readonly expires: string
}

export interface Invite {
  readonly swarm: string
  /** The text of a key file, or 64 hexadecimal digits; undefined for a swarm without a key. */
  readonly key?: string
  /** Multiaddrs, each with a peer id. */
  readonly peers: readonly string[]
  /** Of a closed swarm. */
  readonly admission?: Admission
}

const CHECK_DIGITS = 8

/** Characters; an invite of 16 long addresses has fewer. */
const MAX_LENGTH = 8 * 1024

export const MAX_INVITE_PEERS = 16

const Open = z.strictObject({
  swarm: z.string().min(1).max(128),
  key: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  peers: z.array(z.string().min(1).max(512)).min(1).max(MAX_INVITE_PEERS)
})

const Closed = z.strictObject({
  ...Open.shape,
  founding: z.string().regex(/^(?:[0-9a-f]{2}){1,128}$/),
  id: z.string().regex(/^(?:[0-9a-f]{2}){1,64}$/),
  secret: z.string().regex(/^(?:[0-9a-f]{2}){1,64}$/),
  role: z.enum(['member', 'light', 'inviter']),
  expires: z.iso.datetime()
})

/** Throws `SwarmError` if a node cannot dial one of the addresses. */
export function checkPeers(peers: readonly string[]): void {
  checkSwarmInit({ bootstrap: peers })
}

export function writeInvite({ swarm, key, peers, admission }: Invite): string {
  const payload = { swarm, ...(key === undefined ? {} : { key: swarmKeyHex(key) }), peers }
  return admission === undefined
    ? encode(0, Open.parse(payload))
    : encode(1, Closed.parse({ ...payload, ...admission }))
}

/** Throws `UsageError` with what is wrong; the text of an invite is in no message. */
export function readInvite(input: string): Invite {
  // Mail breaks long lines.
  const text = input.replaceAll(/\s+/g, '')
  const [, version = '', payload = '', check = ''] =
    /^hive(\d+)\.([\w-]+)(?:\.([0-9a-f]+))?$/.exec(text) ?? []
  if (version === '' || text.length > MAX_LENGTH) {
    throw new UsageError('This is not an invite. "hive invite" prints one on a node of the swarm.')
  }
  if (version !== '0' && version !== '1') {
    throw new UsageError(
      `This invite is of version ${version}, and this program knows versions 0 and 1. Install a newer one.`
    )
  }
  if (check !== checkOf(`hive${version}.${payload}`)) {
    throw new UsageError('The invite is not complete, or was changed. Copy all of it.')
  }
  try {
    const json: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    const invite = version === '0' ? openInvite(json) : closedInvite(json)
    checkPeers(invite.peers)
    return invite
  } catch {
    throw new UsageError('The content of the invite cannot be read. Ask for another one.')
  }
}

function openInvite(json: unknown): Invite {
  const invite = Open.parse(json)
  if (isClosedSwarm(invite.swarm)) throw new Error('A closed swarm needs an invite of version 1.')
  return invite
}

function closedInvite(json: unknown): Invite {
  const { swarm, key, peers, ...admission } = Closed.parse(json)
  const founding = readStatement(Uint8Array.from(Buffer.from(admission.founding, 'hex')))
  if (founding.kind !== 'founding' || !bindsRoot(swarm, founding)) {
    throw new Error('The founding is of another swarm.')
  }
  return { swarm, ...(key === undefined ? {} : { key }), peers, admission }
}

function encode(version: 0 | 1, payload: object): string {
  const text = `hive${version}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
  return `${text}.${checkOf(text)}`
}

function checkOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, CHECK_DIGITS)
}
