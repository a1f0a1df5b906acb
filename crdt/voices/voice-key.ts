/** Voice keys: with one of them a member speaks in rings, and nobody learns which member spoke. */
import { hkdfSync } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { concat, sha256 } from '../bytes/index.ts'
import { BASE, multiplySecret, readPoint, wideScalar, writePoint, writeScalar } from './group.ts'
import { RING_ID, VOICE_KEY } from './labels.ts'

/** The secret and the public half of a voice key. */
export interface VoiceKey {
  /** 32 bytes: the scalar x, little-endian. */
  readonly secret: Uint8Array
  /** 32 bytes: the element X = x * G of ristretto255. */
  readonly key: Uint8Array
}

/** Bytes of a voice key's short name. */
export const RING_ID_BYTES = 8

/** Uniform bytes of a scalar: the remainder of 512 bits is as good as uniform. */
const WIDE_BYTES = 64

const RING_ID_PREFIX = encoding.encode((encoder) => encoding.writeVarString(encoder, RING_ID))

/** The voice key of a member's 32-byte seed. */
export function voiceKeyOf(seed: Uint8Array): VoiceKey {
  const wide = hkdfSync('sha256', seed, new Uint8Array(), VOICE_KEY, WIDE_BYTES)
  const secret = wideScalar(new Uint8Array(wide))
  return { secret: writeScalar(secret), key: writePoint(multiplySecret(BASE, secret)) }
}

/** The first 8 bytes of a hash of a voice key: its name in a credential. */
export function ringIdOf(voiceKey: Uint8Array): Uint8Array {
  return sha256(concat(RING_ID_PREFIX, voiceKey)).slice(0, RING_ID_BYTES)
}

/**
 * Whether the bytes are a voice key. A ring with any other bytes in it has no signature, so check
 * keys before they enter a ring.
 */
export function isVoiceKey(bytes: Uint8Array): boolean {
  try {
    readPoint(bytes)
    return true
  } catch {
    return false
  }
}
