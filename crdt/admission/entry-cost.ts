/**
 * What an entry takes in the store, estimated from above: its bytes, its values unpacked, and what
 * stands beside them (keys, standings, logs). Measured, after LevelDB has compacted: 330 bytes for an
 * entry, 77 to 86 for a value.
 *
 * A payload that unpacks to many times its size costs its sender little. Batches of 22,831 real
 * sentences unpack to at most 3.6 times their size, those of sentences from one template to 6.9 times.
 * What is beyond 16 times counts eightfold, so that such a flood ends early.
 */
import { ENTRY_FORMAT, MAX_UNPACKED_BYTES, MIN_STRUCT_BYTES } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import { readEntry } from '../feeds/entry.ts'
import { splitPayload } from '../feeds/voice-part.ts'

const ENTRY_OVERHEAD = 512
const VALUE_OVERHEAD = 128

/** Unpacked bytes for each packed one that count once. */
export const HONEST_RATIO = 16
/** Those beyond it count as many times. */
export const INFLATED_WEIGHT = 8

/** Bytes that an entry counts in the budgets of a day. */
export function bytesOf(packed: number, unpacked: number, values: number): number {
  const plain = Math.min(unpacked, HONEST_RATIO * packed)
  const inflated = unpacked - plain
  const overhead = ENTRY_OVERHEAD + values * VALUE_OVERHEAD
  return overhead + packed + plain + INFLATED_WEIGHT * inflated
}

/** The most that an entry can count, before its payload is unpacked. */
export function mostBytesOf(packed: number, payload: Uint8Array): number {
  const unpacked = unpackedSizeOf(payload)
  return bytesOf(packed, unpacked, Math.floor(unpacked / MIN_STRUCT_BYTES))
}

/** The most bytes that a compressed update can have unpacked. */
function unpackedSizeOf(payload: Uint8Array): number {
  return Math.min(declaredSize(payload) ?? MAX_UNPACKED_BYTES, MAX_UNPACKED_BYTES)
}

/**
 * Bytes beyond 16 times its size that an entry unpacks to, before it is unpacked; 0 for bytes that are no
 * entry.
 */
export function excessOf(swarm: string, bytes: Uint8Array): number {
  return Math.max(0, unpackedBytesOf(swarm, bytes) - HONEST_RATIO * bytes.length)
}

/** The most bytes that the payload of an entry can have unpacked; 0 for bytes that are no entry. */
export function unpackedBytesOf(swarm: string, bytes: Uint8Array): number {
  try {
    const { format, payload } = readEntry(bytes)
    // Stored unread.
    if (format > ENTRY_FORMAT) return payload.length
    return unpackedSizeOf(splitPayload(swarm, payload).update)
  } catch (error) {
    if (error instanceof MalformedError) return 0
    throw error
  }
}

const MAGIC = 0xfd2fb528
const HEADER_BYTES = 5

/**
 * The unpacked size that a Zstandard frame states (RFC 8878, 3.1.1.1); a frame with another size does
 * not unpack. Undefined if it states none: no node of this project leaves it out.
 */
function declaredSize(frame: Uint8Array): number | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return undefined
  const descriptor = bytes.readUInt8(HEADER_BYTES - 1)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const at = HEADER_BYTES + (isSingleSegment ? 0 : 1) + dictionary
  const size = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  if (size === 0 || bytes.length < at + size) return undefined
  if (size === 8) return Number(bytes.readBigUInt64LE(at))
  return bytes.readUIntLE(at, size) + (size === 2 ? 256 : 0)
}
