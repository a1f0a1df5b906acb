/** Voice keys: elements of ristretto255 (RFC 9496), as far as certificates need them. */
import { hkdfSync } from 'node:crypto'
import { ristretto255 } from '@noble/curves/ed25519.js'
import { DOMAIN } from '../constants.ts'
import { sha256 } from '../bytes/index.ts'
import { labelled } from './domain.ts'

/** Bytes that name a voice key in a ring. */
export const RING_ID_BYTES = 8

const { Point } = ristretto255

/** The secret scalar of a member seed, and its public element in 32 bytes. */
export function voiceKeyOf(seed: Uint8Array): {
  readonly secret: bigint
  readonly key: Uint8Array
} {
  const wide = new Uint8Array(hkdfSync('sha512', seed, '', `${DOMAIN}/voice-key`, 64))
  const secret = Point.Fn.create(littleEndian(wide))
  return { secret, key: Point.BASE.multiply(secret).toBytes() }
}

/** The first 8 bytes of SHA-256 over the domain and the key. */
export function ringIdOf(voiceKey: Uint8Array): Uint8Array {
  return sha256(labelled('ring-id', voiceKey)).subarray(0, RING_ID_BYTES)
}

/** Whether the bytes are the canonical form of an element that is not the identity. */
export function isVoiceKey(bytes: Uint8Array): boolean {
  try {
    return !Point.fromBytes(bytes).is0()
  } catch {
    return false
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
}
