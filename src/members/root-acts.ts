/**
 * What the holder of a root does: revoke, renew, hand over. The statements are those that a node has;
 * what is signed goes back to a node, which passes it on. The seed of the root stays where it is.
 */
import { equalBytes } from '../../crdt/bytes/index.ts'
import {
  createCertificate,
  createSuccession,
  MemberStatements,
  openStore,
  plainSwarmName,
  successorCommitment
} from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import { DAY } from './constants.ts'
import { memberWithId } from './member-ids.ts'
import {
  beginOf,
  originOf,
  revocationsOf,
  renewedDays,
  revokedError,
  validCertificates
} from './terms.ts'
import type { Founding, Root, Succession } from '../../crdt/index.ts'

/** For whom and when the holder of a root signs. */
export interface RootActOptions {
  /** The id of a member, or at least 6 digits of its beginning. */
  readonly id: string
  /** Seconds of the Unix epoch. */
  readonly seconds: number
}

/**
 * Statements in memory, each checked again. Throws `HiveError` where they are not of the swarm.
 *
 * @example
 * ```ts
 * import { createHive, heldStatements } from 'noormme-hive'
 *
 * await using db = await createHive({ dataDir: './hive', swarm: false })
 * const swarm = db.members?.self().swarm
 * const statements = await heldStatements(swarm ?? '', db.members?.statements() ?? [])
 * console.log(statements.size)
 * ```
 */
export async function heldStatements(
  swarm: string,
  bytes: readonly Uint8Array[]
): Promise<MemberStatements> {
  const statements = new MemberStatements({ swarm, store: await openStore() })
  const { refused } = await statements.add(bytes)
  const [first] = refused
  if (first === undefined && statements.founding !== undefined) return statements
  throw new HiveError(
    'ARGUMENT_INVALID',
    `The node has no valid statements of the swarm "${plainSwarmName(swarm)}" (${first?.reason ?? 'no founding'}).`
  )
}

/**
 * Revocations of all valid certificates of a member, for `members.add`. What the member issued stands,
 * unless `withInvited`. Throws `HiveError`.
 */
export function revokeWithRoot(
  statements: MemberStatements,
  root: Root,
  { id, seconds, withInvited = false }: RootActOptions & { readonly withInvited?: boolean }
): Uint8Array[] {
  checkReigns(statements, root)
  const targets = validCertificates(statements, memberWithId(statements, id), seconds)
  const issuerOf = (): Uint8Array => root.key
  return revocationsOf(statements, { targets, issuerOf, withInvited, seconds }, root) ?? []
}

/**
 * A new certificate of a member by the root, for `days` more, with its role; for `members.add`. It ends
 * with the certificate that it renews, when the inviter of that one revokes it. Throws `HiveError`, also for
 * a member that is revoked.
 */
export function renewWithRoot(
  statements: MemberStatements,
  root: Root,
  { id, seconds, days }: RootActOptions & { readonly days?: number }
): Uint8Array {
  checkReigns(statements, root)
  const member = memberWithId(statements, id)
  const { certificate } = statements.chains.verdictOfMember(member, seconds)
  if (certificate === undefined) {
    throw new HiveError('RECORD_UNKNOWN', `No certificate of the member ${id} is known.`)
  }
  if (statements.chains.isRevoked(certificate.id)) throw revokedError(id)
  const { voice, role, max } = certificate
  const init = {
    member,
    voice,
    role,
    max,
    notBefore: beginOf(statements, seconds),
    notAfter: seconds + renewedDays(id, certificate, { days, seconds }) * DAY,
    issuer: root.key,
    number: statements.nextNumber(root.key),
    renews: originOf(statements, certificate).id
  }
  return createCertificate(statements.swarm, init, root).bytes
}

/**
 * A succession by the successor of the root, for `members.add`: all that counts now stays. `next` is the
 * key of the root that may follow. Throws `HiveError` if the root is not the successor, or if the
 * statements hold nothing that could stay.
 */
export function succeedRoot(
  statements: MemberStatements,
  successor: Root,
  { next }: { readonly next: Uint8Array }
): Uint8Array {
  const line = statements
    .line()
    .filter((each): each is Founding | Succession => 'successor' in each)
  const reigning = line.at(-1)
  const isNext =
    reigning !== undefined && equalBytes(successorCommitment(successor.key), reigning.successor)
  if (!isNext) {
    const isReigning = equalBytes(successor.key, reigning?.root ?? new Uint8Array())
    throw new HiveError(
      'ARGUMENT_INVALID',
      isReigning
        ? 'This root reigns already: use the file or the words of its successor.'
        : `This is not the successor of the root of the swarm "${plainSwarmName(statements.swarm)}".`
    )
  }
  const kept = line.flatMap(({ root }) => statements.countedOf(root))
  if (kept.length === 0) {
    throw new HiveError(
      'ARGUMENT_INVALID',
      `The node knows no certificate of the swarm "${plainSwarmName(statements.swarm)}", so that all of them would end. Take over on a node that is in touch with its members.`
    )
  }
  return createSuccession(statements.swarm, { successor: next, kept }, successor).bytes
}

function checkReigns({ root, swarm }: MemberStatements, { key }: Root): void {
  if (root !== undefined && equalBytes(root, key)) return
  throw new HiveError(
    'ARGUMENT_INVALID',
    `This is not the root of the swarm "${plainSwarmName(swarm)}": it is of another swarm, or its successor reigns.`
  )
}
