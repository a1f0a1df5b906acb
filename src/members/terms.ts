/** What new certificates and revocations state: dates that fit the epochs, and what stays valid. */
import { toHex } from '../../crdt/bytes/index.ts'
import { createRevocation, epochBegin, epochOf } from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import { VOICE_AT_ONCE_BELOW } from './constants.ts'
import type { MemberStatements, SigningKey } from '../../crdt/index.ts'

/** When a certificate that is issued now begins to count. */
export function beginOf({ roster }: MemberStatements, seconds: number): number {
  const epoch = epochOf(seconds, roster.epochSeconds)
  const hasVoiceAtOnce = roster.voices(epoch).length < VOICE_AT_ONCE_BELOW
  return hasVoiceAtOnce ? epochBegin(epoch, roster.epochSeconds) : seconds
}

/** Ids of the certificates of a member that admit it now. Throws `HiveError` if there are none. */
export function validCertificates(
  statements: MemberStatements,
  member: Uint8Array,
  seconds: number
): Uint8Array[] {
  const valid = statements
    .certificatesOf(member)
    .filter((certificate) => statements.chains.verdictOf(certificate, seconds).isAdmitted)
  if (valid.length > 0) return valid
  throw new HiveError(
    'RECORD_UNKNOWN',
    `No certificate of the member ${toHex(member).slice(0, 12)} is valid now, so that there is nothing to revoke.`
  )
}

export interface RevokeTerms {
  readonly targets: readonly Uint8Array[]
  /** The id of a certificate, or the key of a root. */
  readonly issuer: Uint8Array
  /** Whether all that the targets issued ends too. */
  readonly withInvited: boolean
  readonly seconds: number
}

/** The bytes of one revocation for each target. */
export function revocationsOf(
  statements: MemberStatements,
  { targets, issuer, withInvited, seconds }: RevokeTerms,
  signer: Pick<SigningKey, 'sign'>
): Uint8Array[] {
  const { swarm, roster } = statements
  const epoch = epochOf(seconds, roster.epochSeconds) + 1
  return targets.map((target) => {
    const kept = withInvited ? [] : statements.countedOf(target)
    return createRevocation(swarm, { target, issuer, epoch, kept }, signer).bytes
  })
}

/** Throws `HiveError` (ARGUMENT_INVALID). */
export function checkWhole(what: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw new HiveError(
    'ARGUMENT_INVALID',
    `"${what}" is ${value}. Pass a whole number from ${least} to ${most}.`
  )
}
