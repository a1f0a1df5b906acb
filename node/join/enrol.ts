/** Enrolment: a newcomer gets its certificate at the door of the node that made its invite. */
import { describeDoorReason } from '../../transport/index.ts'
import { messageOf } from '../exit-codes.ts'
import type { HiveEvents, HiveNode } from '../../src/index.ts'
import type { MemberKeys } from '../../crdt/index.ts'
import type { Admission, Invite } from './invite.ts'

type DoorReason = HiveEvents['member:refuse'][0]['reason']

/** Why there is no certificate. */
export type EnrolRefused =
  /** The node that was dialled says no, or its own certificate does not count (`isOurs`). */
  | { readonly reason: DoorReason; readonly isOurs: boolean }
  /** No address of the invite answers. */
  | { readonly reason: 'unreachable'; readonly failures: readonly string[] }

/** The statements from the founding to the new certificate, or why there are none. */
export type EnrolledOrNot =
  | { readonly statements: readonly Uint8Array[] }
  | { readonly refused: EnrolRefused }

/** Milliseconds for one address: a relay and a slow machine answer in less. */
const DIAL_TIMEOUT = 15_000

/** From a node in memory, which publishes nothing. Dials the addresses of the invite in their order. */
export async function enrol(
  { swarm: name, key, peers, admission }: Invite,
  { seed, key: member }: Pick<MemberKeys, 'key' | 'seed'>,
  signal: AbortSignal
): Promise<EnrolledOrNot> {
  if (admission === undefined) throw new Error('The invite is to an open swarm.')
  // Loaded here: an invite is read and written without the library.
  const { createHive } = await import('../../src/index.ts')
  const quiet = { gossip: false, mode: 'light', syncInterval: 0, filterInterval: 0 } as const
  await using db = await createHive({
    swarm: { ...quiet, name, key, member: { seed, ...admissionBytes(admission) } },
    upkeep: false
  })
  const failures: string[] = []
  for (const address of peers) {
    const refused = await knock(db, address, signal)
    signal.throwIfAborted()
    const members = db.members?.list() ?? []
    if (members.some(({ id }) => id === hexOf(member))) {
      return { statements: db.members?.statements() ?? [] }
    }
    if (typeof refused !== 'string') return { refused }
    failures.push(`${address}: ${refused}`)
  }
  return { refused: { reason: 'unreachable', failures } }
}

/** Why the door stayed closed, or what the dial failed for. */
async function knock(
  db: HiveNode,
  address: string,
  signal: AbortSignal
): Promise<EnrolRefused | string> {
  let refused: EnrolRefused | undefined
  const note = ({ reason, isOurs }: HiveEvents['member:refuse'][0]): void => {
    refused ??= { reason, isOurs }
  }
  db.on('member:refuse', note)
  try {
    await db.dial(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(DIAL_TIMEOUT)]) })
    return refused ?? 'the node gave no certificate'
  } catch (error) {
    return refused ?? messageOf(error)
  } finally {
    db.off('member:refuse', note)
  }
}

function admissionBytes({ founding, id, secret }: Admission): {
  readonly statements: Uint8Array[]
  readonly invite: { readonly id: Uint8Array; readonly secret: Uint8Array }
} {
  return {
    statements: [bytesOf(founding)],
    invite: { id: bytesOf(id), secret: bytesOf(secret) }
  }
}

const AGAIN = 'Ask for another invite.'

/** In a sentence or two, with what to do. */
export function describeRefusal(refused: EnrolRefused): string {
  if (refused.reason === 'unreachable') {
    const tried = refused.failures.length === 0 ? ' The invite has no address.' : ''
    return `No node of the invite answers, so that this node is no member yet. The node that made it must run: no other one can redeem it.${tried}\n  ${refused.failures.join('\n  ')}`.trimEnd()
  }
  const { reason, isOurs } = refused
  switch (reason) {
    case 'invite used':
      return `The invite was used before, by another node. ${AGAIN}`
    case 'invite expired':
      return `The invite has expired. ${AGAIN}`
    case 'invite unknown':
      return `The node has no such invite: it was cancelled, another node made it, or the node has lost it. Only the node that made an invite can redeem it. ${AGAIN}`
    case 'enrolment closed':
      return 'The node that made the invite admits no new members: its certificate has ended or is revoked, or it has issued all that it may. Ask another inviter.'
    case 'too many attempts':
      return 'The node has refused too many attempts lately. Wait a minute, and join again.'
    case 'revoked':
      if (isOurs)
        return 'The certificate of the node that made the invite is revoked. Ask another inviter.'
      return 'The certificate that this invite gave is revoked. If that is a mistake, ask for another invite.'
    default:
      return `${isOurs ? 'This node refused the node of the invite' : 'The node of the invite refused this node'}: ${describeDoorReason(reason)}.`
  }
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
