/**
 * Authors: Ed25519 keys that sign entries. An author key never equals the peer's key, and its
 * private half is in memory only while the node runs (`publishing/author-keeper.ts`). So neither a
 * crash nor a copied or restored directory can sign a second entry for a used sequence number.
 */
import { createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { KEY_BYTES } from '../constants.ts'
import type { KeyObject } from 'node:crypto'

/** An Ed25519 key that signs entries. */
export interface Author {
  /** 32 bytes, RFC 8032. */
  readonly key: Uint8Array
  /** The signature, 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

/** An author of this node. */
export interface OwnAuthor extends Author {
  /** The private half, 32 bytes. */
  secret(): Uint8Array
}

/** Verification of consecutive entries of one feed reuses the imported key; 4 MB at most. */
const MAX_CACHED_KEYS = 1024

/** SubjectPublicKeyInfo of an Ed25519 key before the key's own bytes (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

const imported = new Map<string, KeyObject>()

/** PrivateKeyInfo of an Ed25519 key before the secret's own bytes (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A new random author. */
export function createAuthor(): OwnAuthor {
  return authorOf(new Uint8Array(randomBytes(KEY_BYTES)))
}

/** The author with this private half of 32 bytes. */
export function authorOf(secret: Uint8Array): OwnAuthor {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, secret]),
    format: 'der',
    type: 'pkcs8'
  })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    key: new Uint8Array(spki.subarray(spki.length - KEY_BYTES)),
    sign: (message) => sign(null, message, privateKey),
    secret: () => secret
  }
}

/** Whether `signature` is the author's signature of `message`; false for an invalid key. */
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
