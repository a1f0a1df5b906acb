/** What the frames of `/sync` and of `/retractions` share: requests of nodes, nodes, and lists. */
import * as encoding from 'lib0/encoding'
import { MalformedError, MAX_PREFIX_DIGITS } from '../../crdt/index.ts'
import { fromHex, readBytes, readUint, toHex } from '../../crdt/bytes/index.ts'
import { MAX_REQUESTED_NODES } from '../constants.ts'
import { FINGERPRINT_BYTES, SALT_BYTES } from './fingerprints.ts'
import type { Decoder } from '../../crdt/bytes/index.ts'

/** Nodes by prefixes of keys, in hexadecimal digits; with fingerprints of this salt. */
export interface WantedNodes {
  readonly salt: Uint8Array
  readonly prefixes: readonly string[]
}

/** Types of nodes. */
export const INNER = 0
export const LEAF = 1

/** Nodes that are asked for, behind the type of the request. */
export function writeWantedNodes(encoder: encoding.Encoder, { salt, prefixes }: WantedNodes): void {
  encoding.writeUint8Array(encoder, salt)
  encoding.writeVarUint(encoder, prefixes.length)
  for (const prefix of prefixes) writePrefix(encoder, prefix)
}

export function readWantedNodes(decoder: Decoder): WantedNodes {
  const salt = readBytes(decoder, SALT_BYTES)
  return { salt, prefixes: readList(decoder, MAX_REQUESTED_NODES, readPrefix) }
}

/** An odd last digit is the upper half of a byte whose lower half is 0. */
function writePrefix(encoder: encoding.Encoder, prefix: string): void {
  encoding.writeVarUint(encoder, prefix.length)
  const bytes = Math.ceil(prefix.length / 2)
  encoding.writeUint8Array(encoder, fromHex(prefix.padEnd(2 * bytes, '0'), bytes) ?? NO_BYTES)
}

const NO_BYTES = new Uint8Array(0)

function readPrefix(decoder: Decoder): string {
  const digits = readUint(decoder, MAX_PREFIX_DIGITS)
  const text = toHex(readBytes(decoder, Math.ceil(digits / 2)))
  if (digits % 2 === 1 && !text.endsWith('0')) throw new MalformedError('a prefix with rest')
  return text.slice(0, digits)
}

/** A node with children: of which digits, and their fingerprints. */
export function writeInner(
  encoder: encoding.Encoder,
  children: readonly (Uint8Array | undefined)[]
): void {
  encoding.writeVarUint(encoder, INNER)
  const present = children.map((child) => (child === undefined ? '0' : '1'))
  encoding.writeUint16(encoder, Number.parseInt(present.join(''), 2))
  for (const child of children) {
    if (child !== undefined) encoding.writeUint8Array(encoder, child)
  }
}

/** What follows the type of such a node. */
export function readChildren(decoder: Decoder): (Uint8Array | undefined)[] {
  const [low = 0, high = 0] = readBytes(decoder, 2)
  const present = (high * 256 + low).toString(2).padStart(16, '0')
  return Array.from(present, (bit) =>
    bit === '1' ? readBytes(decoder, FINGERPRINT_BYTES) : undefined
  )
}

/** At most `limit` items. */
export function readList<T>(decoder: Decoder, limit: number, read: (decoder: Decoder) => T): T[] {
  return Array.from({ length: readUint(decoder, limit) }, () => read(decoder))
}
