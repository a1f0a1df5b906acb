/**
 * The root of a closed swarm: the key that admits its first members and revokes any of them. It
 * lives apart from nodes: in a sealed file, or as words on paper. The successor is a second root
 * with a seed of its own, since a stolen root must not give away the next one.
 */
import { randomBytes } from 'node:crypto'
import { signingKeyOf } from '../bytes/index.ts'
import type { SigningKey } from '../bytes/index.ts'

/** Bytes of a root's seed. */
export const ROOT_SEED_BYTES = 32

/** The key of a swarm, with the seed that restores it. */
export interface Root extends SigningKey {
  /** 32 secret bytes. */
  readonly seed: Uint8Array
}

/** A new random root. */
export function createRoot(): Root {
  return rootOf(new Uint8Array(randomBytes(ROOT_SEED_BYTES)))
}

/** The root of a seed of 32 bytes. */
export function rootOf(seed: Uint8Array): Root {
  if (seed.length !== ROOT_SEED_BYTES) {
    throw new RangeError(`The seed of a root has ${ROOT_SEED_BYTES} bytes, not ${seed.length}.`)
  }
  return { seed, ...signingKeyOf(seed) }
}
