/**
 * Equivocation: an author who signs two different entries for one place in its feed. The two signed
 * headers prove it to everybody, whatever is in the entries. From the lowest proven place on all
 * that the author says is void; the bodies of records are not, since their digest vouches for them.
 */
import * as encoding from 'lib0/encoding'
import { equalBytes, readAll } from '../bytes/index.ts'
import { hasValidSignature, readSignedParts, writeSignedHeader } from './entry.ts'
import { MalformedError } from '../errors.ts'
import type { SignedHeader } from './entry.ts'

/** Two headers of one author for one place. */
export type Proof = readonly [SignedHeader, SignedHeader]

/** The bytes of a proof, as peers exchange them. */
export function writeProof([a, b]: Proof): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeUint8Array(encoder, writeSignedHeader(a))
  encoding.writeUint8Array(encoder, writeSignedHeader(b))
  return encoding.toUint8Array(encoder)
}

/** Throws `MalformedError` when the headers prove nothing; signatures are not checked here. */
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

/** Whether the author did sign both. */
export function isProven(swarm: string, [a, b]: Proof): boolean {
  return hasValidSignature(swarm, a) && hasValidSignature(swarm, b)
}
