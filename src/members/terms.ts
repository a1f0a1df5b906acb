/** What new certificates and revocations state: dates that fit the epochs, and what stays valid. */
import { equalBytes, toHex } from '../../crdt/bytes/index.ts'
import { createRevocation, epochBegin, epochOf } from '../../crdt/index.ts'
import { HiveError } from '../errors.ts'
import { DAY, DEFAULT_DAYS, MAX_DAYS, VOICE_AT_ONCE_BELOW } from './constants.ts'
import type { Certificate, MemberStatements, SigningKey } from '../../crdt/index.ts'

/** When a certificate that is issued now begins to count. */
export function beginOf({ roster }: MemberStatements, seconds: number): number {
  const epoch = epochOf(seconds, roster.epochSeconds)
  const hasVoiceAtOnce = roster.voices(epoch).length < VOICE_AT_ONCE_BELOW
  return hasVoiceAtOnce ? epochBegin(epoch, roster.epochSeconds) : seconds
}

/** The certificate with the id; undefined for other statements. */
function certificateWith(statements: MemberStatements, id: Uint8Array): Certificate | undefined {
  const statement = statements.get(id)
  return statement?.kind === 'certificate' ? statement : undefined
}

/** All certificates of a member. */
function certificatesOf(statements: MemberStatements, member: Uint8Array): Certificate[] {
  return statements.certificatesOf(member).flatMap((id) => certificateWith(statements, id) ?? [])
}

/** Certificates of a member that admit it now. Throws `HiveError` if there are none. */
export function validCertificates(
  statements: MemberStatements,
  member: Uint8Array,
  seconds: number
): Certificate[] {
  const valid = certificatesOf(statements, member).filter(
    ({ id }) => statements.chains.verdictOf(id, seconds).isAdmitted
  )
  if (valid.length > 0) return valid
  throw new HiveError(
    'RECORD_UNKNOWN',
    `No certificate of the member ${toHex(member).slice(0, 12)} is valid now, so that there is nothing to revoke.`
  )
}

/** Of a renewal the certificate that it renews, if it is known; otherwise the certificate itself. */
export function originOf(statements: MemberStatements, certificate: Certificate): Certificate {
  const { renews } = certificate
  return (renews === undefined ? undefined : certificateWith(statements, renews)) ?? certificate
}

/**
 * Signing keys of those above a certificate, its inviter first: of its chain, and of that of the
 * certificate that it renews.
 */
export function membersAbove(statements: MemberStatements, certificate: Certificate): Uint8Array[] {
  const chains = [certificate, originOf(statements, certificate)].flatMap(({ id }) =>
    statements.chains.chainOf(id).slice(0, -1).toReversed()
  )
  const above: Uint8Array[] = []
  for (const { member } of chains) {
    const isKnown = above.some((each) => equalBytes(each, member))
    if (!isKnown && !equalBytes(member, certificate.member)) above.push(member)
  }
  return above
}

export interface RevokeTerms {
  readonly targets: readonly Certificate[]
  /** Of each revocation: the id of a certificate, or the key of a root. Undefined: it may not be revoked. */
  readonly issuerOf: (target: Certificate) => Uint8Array | undefined
  /** Whether all that the targets issued ends too. */
  readonly withInvited: boolean
  readonly seconds: number
}

/**
 * The bytes of the revocations that end certificates: each one, and the one that it renews, so that a
 * renewal which is not known here ends as well. Undefined if one of them would still count.
 */
export function revocationsOf(
  statements: MemberStatements,
  terms: RevokeTerms,
  signer: Pick<SigningKey, 'sign'>
): Uint8Array[] | undefined {
  const { targets, issuerOf, withInvited, seconds } = terms
  const ends = new Map<string, { readonly target: Certificate; readonly issuer: Uint8Array }>()
  for (const certificate of withInvited ? withRenewed(statements, targets) : targets) {
    const both = [certificate, originOf(statements, certificate)]
    const found = both.flatMap((target) => {
      const issuer = issuerOf(target)
      return issuer === undefined ? [] : [{ target, issuer }]
    })
    if (found.length === 0) return undefined
    for (const end of found) ends.set(toHex(end.target.id), end)
  }
  const { swarm, roster } = statements
  const epoch = epochOf(seconds, roster.epochSeconds) + 1
  return [...ends.values()].map(({ target, issuer }) => {
    const kept = withInvited ? [] : keptOf(statements, target)
    return createRevocation(swarm, { target: target.id, issuer, epoch, kept }, signer).bytes
  })
}

/** What the certificate issued and what its renewals issued: a revocation of it ends both. */
function keptOf(statements: MemberStatements, target: Certificate): Uint8Array[] {
  return certificatesOf(statements, target.member)
    .filter(({ id, renews = id }) => [id, renews].some((each) => equalBytes(each, target.id)))
    .flatMap(({ id }) => statements.countedOf(id))
}

/** Those below too that others have renewed: these do not end with what issued them. */
function withRenewed(
  statements: MemberStatements,
  targets: readonly Certificate[]
): readonly Certificate[] {
  const below = targets.flatMap(({ id }) =>
    statements.countedOf(id).flatMap((each) => certificateWith(statements, each) ?? [])
  )
  if (below.length === 0) return targets
  const renewed = below.filter(({ id, member }) =>
    certificatesOf(statements, member).some(({ renews = member }) => equalBytes(renews, id))
  )
  const deeper = withRenewed(statements, below).filter((each) => !below.includes(each))
  return [...targets, ...renewed, ...deeper]
}

/** Of a renewal of a member whose certificate is revoked. */
export function revokedError(id: string): HiveError {
  return new HiveError(
    'ARGUMENT_INVALID',
    `The member ${id} is revoked, and a revocation cannot be taken back. If it was a mistake, the member joins again with a new invite.`
  )
}

/**
 * Days of a renewal: as long as the certificate lasts, and at least 90, unless others are given. Throws
 * `HiveError` (ARGUMENT_INVALID), also if it would end before the certificate: of two the longer counts.
 */
export function renewedDays(
  id: string,
  { notBefore, notAfter }: Certificate,
  { days, seconds }: { readonly days: number | undefined; readonly seconds: number }
): number {
  if (days === undefined) return Math.max(DEFAULT_DAYS, Math.ceil((notAfter - notBefore) / DAY))
  checkWhole('days', days, 1, MAX_DAYS)
  if (seconds + days * DAY >= notAfter) return days
  const until = new Date(notAfter * 1000).toISOString().slice(0, 10)
  throw new HiveError(
    'ARGUMENT_INVALID',
    `The certificate of the member ${id} lasts until ${until} already, and a shorter one would change nothing. Choose more days, or revoke the member.`
  )
}

/** Throws `HiveError` (ARGUMENT_INVALID). */
export function checkWhole(what: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw new HiveError(
    'ARGUMENT_INVALID',
    `"${what}" is ${value}. Pass a whole number from ${least} to ${most}.`
  )
}
