/**
 * Epoch keys: Ed25519 keys that sign for a member in one epoch. They follow from the member's seed,
 * so that a node that restarts has the same one, and nobody can tell whose they are.
 */
import { hkdfSync } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { KEY_BYTES } from '../constants.ts'
import { signingKeyOf } from '../bytes/index.ts'
import { EPOCH_KEY } from './labels.ts'
import type { SigningKey } from '../bytes/index.ts'

/** A key that signs for a member in one epoch of one swarm: the signer of a credential. */
export type EpochKey = SigningKey

/** The epoch key of a member's 32-byte seed. */
export function epochKeyOf(seed: Uint8Array, swarm: string, epoch: number): EpochKey {
  const info = encoding.encode((encoder) => {
    encoding.writeVarString(encoder, EPOCH_KEY)
    encoding.writeVarString(encoder, swarm)
    encoding.writeVarUint(encoder, epoch)
  })
  return signingKeyOf(new Uint8Array(hkdfSync('sha256', seed, new Uint8Array(), info, KEY_BYTES)))
}
