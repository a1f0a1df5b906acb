/**
 * Nodes of the tree of heads as they are sent: each digest as 8 bytes of SHA-256 over the salt of
 * this stream and the digest. The side that asks chooses the salt at random, so that nobody can
 * prepare two feeds with the same fingerprint. A collision by chance, 1 in 2^64 a comparison, hides a
 * difference until the next run.
 */
import { concat, sha256 } from '../../crdt/bytes/index.ts'
import type { FeedHead, HeadNode } from '../../crdt/index.ts'

export const SALT_BYTES = 16
export const FINGERPRINT_BYTES = 8

/** A head, with a fingerprint in place of the hash of its last entry. */
export type HeadSketch = Omit<FeedHead, 'head'> & { readonly fingerprint: Uint8Array }

export type NodeSketch =
  | { readonly type: 'leaf'; readonly heads: readonly HeadSketch[] }
  /** Undefined where a child has no heads. */
  | { readonly type: 'inner'; readonly children: readonly (Uint8Array | undefined)[] }

export function fingerprint(salt: Uint8Array, digest: Uint8Array): Uint8Array {
  return sha256(concat(salt, digest)).subarray(0, FINGERPRINT_BYTES)
}

export function sketchOf(node: HeadNode, salt: Uint8Array): NodeSketch {
  if (node.type === 'leaf') {
    return {
      type: 'leaf',
      heads: node.heads.map(({ head, ...rest }) => ({
        ...rest,
        fingerprint: fingerprint(salt, head)
      }))
    }
  }
  return { type: 'inner', children: childFingerprints(node.children, salt) }
}

/** Undefined where a child has nothing. */
export function childFingerprints(
  children: readonly Uint8Array[],
  salt: Uint8Array
): (Uint8Array | undefined)[] {
  return children.map((child) =>
    child.some((byte) => byte !== 0) ? fingerprint(salt, child) : undefined
  )
}
