/** Ed25519 keys that are made from a seed (RFC 8032), so that the seed alone restores them. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { KEY_BYTES } from '../constants.ts'
import { concat } from '../bytes/index.ts'

/** A key that signs. */
export interface SigningKey {
  /** The public key, 32 bytes. */
  readonly key: Uint8Array
  /** The signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** PrivateKeyInfo of an Ed25519 key before its seed (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The key of a seed of 32 bytes. */
export function signingKeyOf(seed: Uint8Array): SigningKey {
  const der = Buffer.from(concat(PKCS8_PREFIX, seed))
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    key: new Uint8Array(spki.subarray(spki.length - KEY_BYTES)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey))
  }
}
