/**
 * Per-value checksums. LevelDB does not verify its own by default, so a flipped bit would come
 * back as data. The checksum covers the key too: a value found under another key is damaged.
 */
import { crc32 } from 'node:zlib'

const CHECKSUM_BYTES = 4

export function seal(key: Uint8Array, value: Uint8Array): Uint8Array {
  const sealed = Buffer.allocUnsafe(CHECKSUM_BYTES + value.length)
  sealed.writeUInt32BE(crc32(value, crc32(key)), 0)
  sealed.set(value, CHECKSUM_BYTES)
  return sealed
}

/** The value; undefined if it is damaged. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < CHECKSUM_BYTES) return undefined
  const value = sealed.subarray(CHECKSUM_BYTES)
  const stored = new DataView(sealed.buffer, sealed.byteOffset, CHECKSUM_BYTES).getUint32(0)
  return stored === crc32(value, crc32(key)) ? value : undefined
}
