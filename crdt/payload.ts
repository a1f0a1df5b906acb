/** Payloads: an update, compressed with Zstandard (RFC 8878) and unpacked within bounds. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { MAX_UNPACKED_BYTES } from './constants.ts'
import { MalformedError } from './errors.ts'

/** 2^20: a frame may not ask for a window larger than what it may unpack to. */
const WINDOW_LOG = 20

export function pack(update: Uint8Array): Uint8Array {
  return zstdCompressSync(update, { params: { [constants.ZSTD_c_windowLog]: WINDOW_LOG } })
}

export function unpack(payload: Uint8Array): Uint8Array {
  try {
    return zstdDecompressSync(payload, {
      maxOutputLength: MAX_UNPACKED_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG }
    })
  } catch (cause) {
    throw new MalformedError(`does not unpack to at most ${MAX_UNPACKED_BYTES} bytes`, { cause })
  }
}
