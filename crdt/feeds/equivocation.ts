/**
 * Equivocation: an author signs two different entries for one sequence number. The two signed
 * headers prove it, whatever the entries contain. From the lowest proven sequence number on the
 * author's values are void. Bodies of records are not, since their digest proves their content.
 */
import * as encoding from 'lib0/encoding'
import { equalBytes, readAll } from '../bytes/index.ts'
import { hasValidSignature, readSignedParts, writeSignedHeader } from './entry.ts'
import { MalformedError } from '../errors.ts'
import type { SignedHeader } from './entry.ts'

/** Two headers of one author for one sequence number. */
export type Proof = readonly [SignedHeader, SignedHeader]

/** The bytes of a proof, as peers exchange them. */
export function writeProof([a, b]: Proof): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeUint8Array(encoder, writeSignedHeader(a))
  encoding.writeUint8Array(encoder, writeSignedHeader(b))
  return encoding.toUint8Array(encoder)
}

/** Throws `MalformedError` if the headers prove nothing; signatures are not verified here. */
export function readProof(bytes: Uint8Array): Proof {
  const [a, b] = readAll(
    bytes,
    (decoder) => [readSignedParts(decoder), readSignedParts(decoder)] as const
  )
  if (!equalBytes(a.author, b.author) || a.seq !== b.seq || equalBytes(a.hash, b.hash)) {
    throw new MalformedError('two headers that do not contradict each other')
  }
  return [a, b]
}

/** Whether the author signed both headers. */
export function isProven(swarm: string, [a, b]: Proof): boolean {
  return hasValidSignature(swarm, a) && hasValidSignature(swarm, b)
}
