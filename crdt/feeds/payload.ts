/** Payloads: an update, compressed with Zstandard (RFC 8878) and unpacked within bounds. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { MAX_UNPACKED_BYTES } from '../constants.ts'
import { MalformedError } from '../errors.ts'

/** 2^20: a frame must not request a window larger than its unpacked size. */
const WINDOW_LOG = 20

/**
 * With this and a 256th more than the content a frame never fills a chunk (ZSTD_COMPRESSBOUND). Where one
 * does, node:zlib appends a second, empty frame, and every node refuses the payload.
 */
const SPARE_BYTES = 1024

/** One Zstandard frame. */
export function pack(update: Uint8Array): Uint8Array {
  return zstdCompressSync(update, {
    chunkSize: update.length + (update.length >>> 8) + SPARE_BYTES,
    params: { [constants.ZSTD_c_windowLog]: WINDOW_LOG }
  })
}

/** Of a frame whose content is stored in one block (RFC 8878, 3.1.1). */
const MAGIC = Buffer.of(0x28, 0xb5, 0x2f, 0xfd)
/** Its size is in one byte, and nothing else is in its header. */
const SINGLE_SEGMENT = 0x20
const STORED_HEADER_BYTES = 9
const MAX_STORED_BYTES = 255

/**
 * One Zstandard frame, of content that does not compress, as hashes: at most 255 bytes are stored as they
 * are. The compressor takes 15 microseconds for any, and makes the same of them.
 */
export function packHashes(content: Uint8Array): Uint8Array {
  const { length } = content
  if (length === 0 || length > MAX_STORED_BYTES) return pack(content)
  const frame = Buffer.alloc(STORED_HEADER_BYTES + length)
  MAGIC.copy(frame)
  frame.writeUInt8(SINGLE_SEGMENT, 4)
  frame.writeUInt8(length, 5)
  // The last block, stored.
  frame.writeUIntLE(length * 8 + 1, 6, 3)
  frame.set(content, STORED_HEADER_BYTES)
  return frame
}

/** The content of a frame that `packHashes` makes; undefined for any other one. */
function storedIn(frame: Uint8Array): Uint8Array | undefined {
  const length = frame.length - STORED_HEADER_BYTES
  if (length < 1 || length > MAX_STORED_BYTES) return undefined
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
  const isStored =
    bytes.compare(MAGIC, 0, MAGIC.length, 0, MAGIC.length) === 0 &&
    bytes.readUInt8(4) === SINGLE_SEGMENT &&
    bytes.readUInt8(5) === length &&
    bytes.readUIntLE(6, 3) === length * 8 + 1
  return isStored ? frame.slice(STORED_HEADER_BYTES) : undefined
}

/** Exactly one frame: bytes after it would be signed and relayed, but read by no node. */
export function unpack(payload: Uint8Array, max = MAX_UNPACKED_BYTES): Uint8Array {
  const stored = storedIn(payload)
  if (stored !== undefined && stored.length <= max) return stored
  const { buffer, engine } = decompress(payload, max)
  if (engine.bytesWritten !== payload.length)
    throw new MalformedError('trailing bytes after the frame')
  return buffer
}

/** The result with `info: true`, which the type declarations do not know. */
interface Decompressed {
  readonly buffer: Uint8Array
  /** The number of input bytes consumed. */
  readonly engine: { readonly bytesWritten: number }
}

function decompress(payload: Uint8Array, max: number): Decompressed {
  try {
    const result: unknown = zstdDecompressSync(payload, {
      maxOutputLength: max,
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG },
      info: true
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- documented in node:zlib
    return result as Decompressed
  } catch (cause) {
    throw new MalformedError(`does not unpack to at most ${max} bytes`, { cause })
  }
}
