/**
 * What all statements have in common: a body that begins with the kind, and the signature behind it.
 * The id of a statement is SHA-256 of the body: another signature of one body is the same statement.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, SIGNATURE_BYTES } from '../constants.ts'
import { concat, readBytes, readUint, sha256, verifySignature } from '../bytes/index.ts'
import { MalformedError, MemberError } from '../errors.ts'
import { MAX_KEPT } from './constants.ts'
import { labelledFor } from './domain.ts'
import type { Decoder } from '../bytes/index.ts'
import type { SigningKey } from '../bytes/index.ts'

/** The first byte of a body. */
export const KINDS = {
  founding: 1,
  certificate: 2,
  revocation: 3,
  succession: 4,
  renewal: 5
} as const

/** What statements are signed as; a renewal is a certificate. */
type SignedKind = Exclude<keyof typeof KINDS, 'founding' | 'renewal'>

/** The bytes of a statement. */
export interface StatementBytes {
  /** SHA-256 of the body, 32 bytes. */
  readonly id: Uint8Array
  /** Body and signature, as they are stored and sent. */
  readonly bytes: Uint8Array
}

/** A body, signed under the label of its kind for this swarm. */
export function signBody(
  swarm: string,
  kind: SignedKind,
  body: Uint8Array,
  signer: Pick<SigningKey, 'sign'>
): StatementBytes {
  const signature = signer.sign(labelledFor(swarm, kind, body))
  return { id: sha256(body), bytes: concat(body, signature) }
}

/** Whether `key` signed the statement for this swarm. */
export function isSignedBy(
  swarm: string,
  kind: SignedKind,
  { bytes }: StatementBytes,
  key: Uint8Array
): boolean {
  const end = bytes.length - SIGNATURE_BYTES
  return verifySignature(key, labelledFor(swarm, kind, bytes.subarray(0, end)), bytes.subarray(end))
}

/** The end of a body that was read to here: its signature follows. */
export function readSignature(decoder: Decoder): StatementBytes {
  const body = decoder.arr.subarray(0, decoder.pos)
  readBytes(decoder, SIGNATURE_BYTES)
  return { id: sha256(body), bytes: decoder.arr.subarray(0, decoder.pos) }
}

/** The ids in ascending order, as statements contain them. */
export function sortIds(ids: readonly Uint8Array[]): Uint8Array[] {
  return ids.toSorted((a, b) => Buffer.compare(a, b))
}

/** Ids of kept statements, in ascending order: their number, then the ids. */
export function writeKept(encoder: encoding.Encoder, sorted: readonly Uint8Array[]): void {
  const isValid = sorted.every(
    (id, i) => id.length === HASH_BYTES && Buffer.compare(sorted[i - 1] ?? EMPTY, id) < 0
  )
  if (!isValid) throw invalid('Kept ids must be different ids of 32 bytes.')
  if (sorted.length > MAX_KEPT) {
    throw invalid(
      `At most ${MAX_KEPT} ids can be kept; these are ${sorted.length}. Issue the other certificates again.`
    )
  }
  encoding.writeVarUint(encoder, sorted.length)
  for (const id of sorted) encoding.writeUint8Array(encoder, id)
}

/** Ids that `writeKept` wrote. Throws `MalformedError` for another order. */
export function readKept(decoder: Decoder): Uint8Array[] {
  const count = readUint(decoder, MAX_KEPT)
  const kept = Array.from({ length: count }, () => readBytes(decoder, HASH_BYTES))
  if (kept.some((id, i) => i > 0 && Buffer.compare(kept[i - 1] ?? EMPTY, id) >= 0)) {
    throw new MalformedError('kept ids are not in ascending order')
  }
  return kept
}

/** The error of a value that no statement can have. */
export function invalid(message: string): MemberError {
  return new MemberError('STATEMENT_INVALID', message)
}

const EMPTY = new Uint8Array()
