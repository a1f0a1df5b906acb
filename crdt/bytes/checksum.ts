/**
 * Checksums of values. LevelDB does not verify its own by default, so that a flipped bit would be
 * read as data. The checksum covers the key too: a value under another key counts as damaged.
 */
import { crc32 } from 'node:zlib'

/** Bytes of the checksum before each stored value. */
export const SEAL_BYTES = 4

export function seal(key: Uint8Array, value: Uint8Array): Uint8Array {
  const sealed = Buffer.allocUnsafe(SEAL_BYTES + value.length)
  sealed.writeUInt32BE(crc32(value, keyHash(key)), 0)
  sealed.set(value, SEAL_BYTES)
  return sealed
}

/** Seals a value after `SEAL_BYTES` free bytes. */
export function sealInPlace(key: Uint8Array, sealable: Uint8Array): Uint8Array {
  const checksum = crc32(sealable.subarray(SEAL_BYTES), keyHash(key))
  // Big-endian, without a view for four bytes.
  for (let i = 0; i < SEAL_BYTES; i++) sealable[i] = checksum >>> (8 * (SEAL_BYTES - 1 - i))
  return sealable
}

/** The value; undefined if it is damaged. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < SEAL_BYTES) return undefined
  const value = sealed.subarray(SEAL_BYTES)
  const stored = new DataView(sealed.buffer, sealed.byteOffset, SEAL_BYTES).getUint32(0)
  return stored === crc32(value, keyHash(key)) ? value : undefined
}

/** A number that differs between keys; a second checksum would cost as much as the first. */
function keyHash(key: Uint8Array): number {
  let fold = key.length
  for (const byte of key) fold = (Math.imul(fold, 31) + byte) | 0
  return fold >>> 0
}
