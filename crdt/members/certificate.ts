/**
 * Certificates: the root or an inviter states that a signing key and a voice key belong to a member,
 * with a role and dates. A renewal is another certificate for the same keys, and ends with the
 * certificate that it renews when that one is revoked.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, KEY_BYTES } from '../constants.ts'
import { readBytes, readUint } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { MAX_INVITES, MAX_NUMBER, MAX_SECONDS } from './constants.ts'
import { invalid, KINDS, readSignature, signBody } from './statement-bytes.ts'
import type { Decoder } from '../bytes/index.ts'
import type { SigningKey } from '../bytes/index.ts'
import type { StatementBytes } from './statement-bytes.ts'

/**
 * `member`: reads, writes and has a voice. `light`: reads and writes, without a voice. `inviter`: as a
 * member, and issues certificates.
 */
export type Role = 'member' | 'light' | 'inviter'

/** Their position, plus 1, is the byte of a certificate; a later one never replaces an earlier one. */
const ROLES: readonly Role[] = ['member', 'light', 'inviter']

/** What a certificate states. */
export interface CertificateInit {
  /** The signing key of the member, 32 bytes. */
  readonly member: Uint8Array
  /** The voice key of the member, 32 bytes. */
  readonly voice: Uint8Array
  readonly role: Role
  /** How many certificates an inviter may issue, 1 to 4,096; 0 for other roles. */
  readonly max: number
  /** The certificate counts from this second of the Unix epoch on ... */
  readonly notBefore: number
  /** ... and before this one. Both lie within the dates of the issuer's certificate. */
  readonly notAfter: number
  /** Id of the issuer's certificate, or the public key of the root: 32 bytes. */
  readonly issuer: Uint8Array
  /** 1 up to the issuer's `max`. An inviter that issues to more members than `max`: the last are void. */
  readonly number: number
  /** Of a renewal: the id of the member's first certificate, 32 bytes. Its revocation ends this one too. */
  readonly renews?: Uint8Array
}

/** A signed certificate. */
export interface Certificate extends StatementBytes, CertificateInit {
  readonly kind: 'certificate'
}

/** Signs a certificate. Throws `MemberError` (STATEMENT_INVALID). */
export function createCertificate(
  swarm: string,
  init: CertificateInit,
  issuer: Pick<SigningKey, 'sign'>
): Certificate {
  check(init)
  const body = encoding.encode((encoder) => {
    encoding.writeUint8(encoder, init.renews === undefined ? KINDS.certificate : KINDS.renewal)
    encoding.writeUint8Array(encoder, init.member)
    encoding.writeUint8Array(encoder, init.voice)
    encoding.writeUint8(encoder, ROLES.indexOf(init.role) + 1)
    encoding.writeVarUint(encoder, init.max)
    encoding.writeVarUint(encoder, init.notBefore)
    encoding.writeVarUint(encoder, init.notAfter)
    encoding.writeUint8Array(encoder, init.issuer)
    encoding.writeVarUint(encoder, init.number)
    if (init.renews !== undefined) encoding.writeUint8Array(encoder, init.renews)
  })
  return { kind: 'certificate', ...init, ...signBody(swarm, 'certificate', body, issuer) }
}

/** Reads what follows the kind. The signature is not checked. */
export function readCertificate(decoder: Decoder, isRenewal: boolean): Certificate {
  const member = readBytes(decoder, KEY_BYTES)
  const voice = readBytes(decoder, KEY_BYTES)
  const role = ROLES[(readBytes(decoder, 1)[0] ?? 0) - 1]
  if (role === undefined) throw new MalformedError('an unknown role')
  const max = readUint(decoder, MAX_INVITES)
  if ((role === 'inviter') !== max > 0)
    throw new MalformedError('a maximum that is not of the role')
  const notBefore = readUint(decoder, MAX_SECONDS)
  const notAfter = readUint(decoder, MAX_SECONDS)
  if (notAfter <= notBefore) throw new MalformedError('dates that contain no time')
  const issuer = readBytes(decoder, HASH_BYTES)
  const number = readUint(decoder, MAX_NUMBER)
  if (number === 0) throw new MalformedError('number 0')
  const renewal = isRenewal ? { renews: readBytes(decoder, HASH_BYTES) } : {}
  const bytes = readSignature(decoder)
  const terms = { member, voice, role, max, notBefore, notAfter, issuer, number, ...renewal }
  return { kind: 'certificate', ...terms, ...bytes }
}

function check(init: CertificateInit): void {
  const { member, voice, issuer, role, max, notBefore, notAfter, number, renews = issuer } = init
  if ([member, voice, issuer, renews].some((bytes) => bytes.length !== KEY_BYTES)) {
    throw invalid(
      'The keys, the issuer and the renewed certificate of a certificate have 32 bytes each.'
    )
  }
  const isMax = Number.isSafeInteger(max) && max <= MAX_INVITES && max >= 0
  if (!isMax || (role === 'inviter') !== max > 0) {
    throw invalid(`An inviter may issue 1 to ${MAX_INVITES} certificates; other members none.`)
  }
  const isDated = [notBefore, notAfter].every(
    (time) => Number.isSafeInteger(time) && time >= 0 && time <= MAX_SECONDS
  )
  if (!isDated || notAfter <= notBefore) {
    throw invalid('The dates of a certificate are whole seconds, and it ends after it begins.')
  }
  if (!Number.isSafeInteger(number) || number < 1 || number > MAX_NUMBER) {
    throw invalid(`The number of a certificate is 1 to ${MAX_NUMBER}.`)
  }
}
