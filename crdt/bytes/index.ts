/**
 * Bytes: concatenation, hexadecimal, SHA-256, Ed25519, checksums, and strict reading of encoded
 * values. All
 * layers may use this room.
 *
 * @example
 * ```ts
 * import { sha256, toHex } from './crdt/bytes/index.ts'
 *
 * console.log(toHex(sha256(Buffer.from('hive'))))
 * ```
 */
export { seal, SEAL_BYTES, sealInPlace, unseal } from './checksum.ts'
export { concat, equalBytes, fromHex, sha256, toHex } from './digest.ts'
export { readAll, readBlob, readBytes, readText, readUint } from './encoding.ts'
export { KeyIndex } from './key-index.ts'
export { FANOUT, LEAF_ITEMS, MAX_PREFIX_DIGITS, NO_ITEMS, PrefixTree } from './prefix-tree.ts'
export { SEQ_BYTES, seqBytes, seqOf } from './sequence.ts'
export { signingKeyOf, verifySignature } from './signing-key.ts'
export type { Decoder } from './encoding.ts'
export type { PrefixNode, TreeRows, TreeTotals } from './prefix-tree.ts'
export type { SigningKey } from './signing-key.ts'
