/**
 * Strict reading over `lib0/decoding`: each length is checked before use, each number has one
 * encoding, and no byte may follow the last value. So equal values have equal bytes, and a hash of
 * the bytes is a hash of the value.
 */
import * as decoding from 'lib0/decoding'
import { MalformedError } from '../errors.ts'

/** The source of a `readX`: a lib0 decoder. */
export type Decoder = decoding.Decoder

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads exactly one value from `bytes`. */
export function readAll<T>(bytes: Uint8Array, read: (decoder: Decoder) => T): T {
  const decoder = decoding.createDecoder(bytes)
  const value = read(decoder)
  if (decoder.pos !== bytes.length) {
    throw new MalformedError(`${bytes.length - decoder.pos} trailing bytes`)
  }
  return value
}

/** An unsigned integer in the shortest form, at most `max`. */
export function readUint(decoder: Decoder, max: number): number {
  const start = decoder.pos
  let value: number
  try {
    value = decoding.readVarUint(decoder)
  } catch (cause) {
    throw new MalformedError('not a number', { cause })
  }
  const length = decoder.pos - start
  if (length > 1 && decoder.arr[decoder.pos - 1] === 0) {
    throw new MalformedError('a number in a longer form than needed')
  }
  // Written so that NaN is refused: lib0 returns it for a number padded to more than 147 bytes.
  if (!(value <= max)) throw new MalformedError(`${value} is more than the limit of ${max}`)
  return value
}

/** The next `length` bytes, as a view. */
export function readBytes(decoder: Decoder, length: number): Uint8Array {
  const end = decoder.pos + length
  if (end > decoder.arr.length) throw new MalformedError('bytes end too early')
  const bytes = decoder.arr.subarray(decoder.pos, end)
  decoder.pos = end
  return bytes
}

/** A length and that many bytes, at most `max`, as a view. */
export function readBlob(decoder: Decoder, max: number): Uint8Array {
  return readBytes(decoder, readUint(decoder, max))
}

/** A length and that many bytes of valid UTF-8, at most `max` bytes. */
export function readText(decoder: Decoder, max: number): string {
  const bytes = readBlob(decoder, max)
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new MalformedError('not UTF-8', { cause })
  }
}
