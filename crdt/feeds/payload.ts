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

/** Exactly one frame: bytes after it would be signed and relayed, but read by no node. */
export function unpack(payload: Uint8Array, max = MAX_UNPACKED_BYTES): Uint8Array {
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
