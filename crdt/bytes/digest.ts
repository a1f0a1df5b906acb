/** SHA-256 and functions on bytes. */
import { hash } from 'node:crypto'

export function sha256(bytes: Uint8Array): Uint8Array {
  // Through a string: a buffer allocated by the hash costs three times as much.
  const digest = Buffer.from(hash('sha256', bytes, 'binary'), 'latin1')
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
}

/** Lower-case hexadecimal digits, two a byte. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** Bytes of a hexadecimal string of exactly `length` bytes; undefined if it is not one. */
export function fromHex(text: string, length: number): Uint8Array | undefined {
  if (text.length !== length * 2 || !/^[0-9a-f]*$/.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, 'hex'))
}

/** Whether both have the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** All parts in order, in a new array. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts)
}
