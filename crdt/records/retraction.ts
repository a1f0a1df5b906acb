/**
 * Retractions. Author keys are forgotten, so a vote cannot be taken back by its key: each vote
 * carries the hash of a secret that its node keeps, and any later author takes the vote back by
 * revealing that secret.
 */
import { randomBytes } from 'node:crypto'
import { DOMAIN, SECRET_BYTES } from '../constants.ts'
import { concat, sha256 } from '../bytes/index.ts'

/** Takes a vote back by revealing its secret. */
export interface Retraction {
  /** The record whose vote is taken back. */
  readonly digest: Uint8Array
  readonly secret: Uint8Array
}

const PREFIX = Buffer.from(`${DOMAIN}/retraction`)

export function createSecret(): Uint8Array {
  return new Uint8Array(randomBytes(SECRET_BYTES))
}

/** What a vote carries: the first 16 bytes of SHA-256 over domain, digest and secret. */
export function commitmentOf({ digest, secret }: Retraction): Uint8Array {
  return sha256(concat(PREFIX, digest, secret)).subarray(0, SECRET_BYTES)
}
