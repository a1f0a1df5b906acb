/**
 * Authors: Ed25519 keys that sign entries. An author key never equals the peer's key, and its
 * private half is in memory only while the node runs (`publishing/author-keeper.ts`). So neither a
 * crash nor a copied or restored directory can sign a second entry for a used sequence number.
 */
import { randomBytes } from 'node:crypto'
import { KEY_BYTES } from '../constants.ts'
import { signingKeyOf } from '../bytes/index.ts'
import type { SigningKey } from '../bytes/index.ts'

/** An Ed25519 key that signs entries. */
export type Author = SigningKey

/** An author of this node. */
export interface OwnAuthor extends Author {
  /** The private half, 32 bytes. */
  secret(): Uint8Array
}

/** A new random author. */
export function createAuthor(): OwnAuthor {
  return authorOf(new Uint8Array(randomBytes(KEY_BYTES)))
}

/** The author with this private half of 32 bytes. */
export function authorOf(secret: Uint8Array): OwnAuthor {
  return { ...signingKeyOf(secret), secret: () => secret }
}
