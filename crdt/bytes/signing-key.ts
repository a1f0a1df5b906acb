/** Ed25519 keys (RFC 8032): made from a secret of 32 bytes, and signatures that are verified. */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { KEY_BYTES } from '../constants.ts'
import type { KeyObject } from 'node:crypto'

/** A key that signs. */
export interface SigningKey {
  /** The public key, 32 bytes. */
  readonly key: Uint8Array
  /** The signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** PrivateKeyInfo of an Ed25519 key before its secret (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** SubjectPublicKeyInfo of an Ed25519 key before the key's own bytes (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** Verification of consecutive entries of one feed reuses the imported key; 4 MB at most. */
const MAX_CACHED_KEYS = 1024

const imported = new Map<string, KeyObject>()

/** The key with this secret of 32 bytes. */
export function signingKeyOf(secret: Uint8Array): SigningKey {
  const der = Buffer.concat([PKCS8_PREFIX, secret])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    key: new Uint8Array(spki.subarray(spki.length - KEY_BYTES)),
    sign: (message) => new Uint8Array(sign(null, message, privateKey))
  }
}

/** Whether `signature` is the key's signature of `message`; false for an invalid key. */
export function verifySignature(
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array
): boolean {
  try {
    return verify(null, message, importKey(key), signature)
  } catch {
    return false
  }
}

function importKey(key: Uint8Array): KeyObject {
  const name = Buffer.from(key).toString('latin1')
  const known = imported.get(name)
  if (known !== undefined) return known
  const fresh = createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, key]),
    format: 'der',
    type: 'spki'
  })
  if (imported.size >= MAX_CACHED_KEYS) {
    for (const oldest of imported.keys()) {
      imported.delete(oldest)
      break
    }
  }
  imported.set(name, fresh)
  return fresh
}
