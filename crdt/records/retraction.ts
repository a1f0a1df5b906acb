/**
 * Retractions. Author keys are dropped, so a key cannot retract a vote later. Each vote contains
 * the hash of a secret that its node stores, and any later author retracts the vote by revealing
 * that secret.
 */
import { randomBytes } from 'node:crypto'
import { DOMAIN, SECRET_BYTES } from '../constants.ts'
import { concat, sha256 } from '../bytes/index.ts'

/** Retracts a vote by revealing its secret. */
export interface Retraction {
  /** The record of the vote. */
  readonly digest: Uint8Array
  readonly secret: Uint8Array
}

const PREFIX = Buffer.from(`${DOMAIN}/retraction`)

export function createSecret(): Uint8Array {
  return new Uint8Array(randomBytes(SECRET_BYTES))
}

/** The commitment of a vote: the first 16 bytes of SHA-256 over domain, digest and secret. */
export function commitmentOf({ digest, secret }: Retraction): Uint8Array {
  return sha256(concat(PREFIX, digest, secret)).subarray(0, SECRET_BYTES)
}
