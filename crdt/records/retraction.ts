/**
 * Retractions. A node drops its author keys, so a key cannot retract a vote later. Each vote contains
 * the hash of a secret, which its node stores. To reveal the secret retracts the vote. So a retraction
 * proves itself: it has neither an author nor a signature.
 */
import { randomBytes } from 'node:crypto'
import { DOMAIN, HASH_BYTES, SECRET_BYTES } from '../constants.ts'
import { concat, readAll, readBytes, sha256 } from '../bytes/index.ts'
import type { Decoder } from '../bytes/index.ts'

/** Retracts a vote by revealing its secret. */
export interface Retraction {
  /** The record of the vote. */
  readonly digest: Uint8Array
  readonly secret: Uint8Array
}

/** Bytes of a retraction: digest and secret. */
export const RETRACTION_BYTES = HASH_BYTES + SECRET_BYTES

const PREFIX = Buffer.from(`${DOMAIN}/retraction`)
const ID_PREFIX = Buffer.from(`${DOMAIN}/retraction-id`)

export function createSecret(): Uint8Array {
  return new Uint8Array(randomBytes(SECRET_BYTES))
}

/** As many secrets, from one call of the generator, which costs more than its bytes. */
export function createSecrets(count: number): Uint8Array[] {
  const block = new Uint8Array(randomBytes(count * SECRET_BYTES))
  return Array.from({ length: count }, (_, i) =>
    block.slice(i * SECRET_BYTES, (i + 1) * SECRET_BYTES)
  )
}

/** The commitment of a vote: the first 16 bytes of SHA-256 over domain, digest and secret. */
export function commitmentOf({ digest, secret }: Retraction): Uint8Array {
  return sha256(concat(PREFIX, digest, secret)).subarray(0, SECRET_BYTES)
}

/** Names a retraction by what it opens: a commitment is retracted once, by whatever secret. */
export function retractionId(retraction: Retraction): Uint8Array {
  return openedId(retraction.digest, commitmentOf(retraction))
}

/** The id of the retraction that opens a commitment. */
export function openedId(digest: Uint8Array, commitment: Uint8Array): Uint8Array {
  return sha256(concat(ID_PREFIX, digest, commitment))
}

/** Digest and secret: `RETRACTION_BYTES` bytes. */
export function writeRetraction({ digest, secret }: Retraction): Uint8Array {
  return concat(digest, secret)
}

/** Throws `MalformedError`. */
export function readRetraction(decoder: Decoder): Retraction {
  const digest = readBytes(decoder, HASH_BYTES).slice()
  return { digest, secret: readBytes(decoder, SECRET_BYTES).slice() }
}

/** Throws `MalformedError`. */
export function retractionOf(bytes: Uint8Array): Retraction {
  return readAll(bytes, readRetraction)
}
