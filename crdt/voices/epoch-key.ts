/**
 * Epoch keys: Ed25519 keys that sign for a member in one epoch. They follow from the member's seed,
 * so that a node that restarts has the same one, and nobody can tell whose they are.
 */
import { createPrivateKey, createPublicKey, hkdfSync, sign } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { KEY_BYTES } from '../constants.ts'
import { EPOCH_KEY } from './labels.ts'

/** A key that signs for a member in one epoch of one swarm. */
export interface EpochKey {
  /** 32 bytes, RFC 8032: the signer of a credential. */
  readonly key: Uint8Array
  /** The signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** PrivateKeyInfo of an Ed25519 key before the secret's own bytes (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The epoch key of a member's 32-byte seed. */
export function epochKeyOf(seed: Uint8Array, swarm: string, epoch: number): EpochKey {
  const info = encoding.encode((encoder) => {
    encoding.writeVarString(encoder, EPOCH_KEY)
    encoding.writeVarString(encoder, swarm)
    encoding.writeVarUint(encoder, epoch)
  })
  const secret = new Uint8Array(hkdfSync('sha256', seed, new Uint8Array(), info, KEY_BYTES))
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, secret]),
    format: 'der',
    type: 'pkcs8'
  })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    key: new Uint8Array(spki.subarray(spki.length - KEY_BYTES)),
    sign: (message) => sign(null, message, privateKey)
  }
}
