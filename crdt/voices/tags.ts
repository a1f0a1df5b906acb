/**
 * Tags: what a member leaves behind where it speaks. A tag is x * H(place), x the secret of the
 * member's voice key. So a member has one tag in a place, whatever ring or author key it uses, and
 * nobody can tell whose it is, or that tags of two places are one member's.
 */
import * as encoding from 'lib0/encoding'
import { hashToPoint, multiplySecret, readScalar, writePoint } from './group.ts'
import { EPOCH_TAG } from './labels.ts'
import { multiplyBase } from './record-bases.ts'
import type { Point } from './group.ts'
import type { VoiceKey } from './voice-key.ts'

/** Base of the tags of an epoch. It does not depend on the ring: see docs/decisions/voices.md. */
export function epochBase(swarm: string, epoch: number): Point {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, swarm)
  encoding.writeVarUint(encoder, epoch)
  return hashToPoint(EPOCH_TAG, encoding.toUint8Array(encoder))
}

/** The member's tag of an epoch, 32 bytes. */
export function epochTag(key: VoiceKey, swarm: string, epoch: number): Uint8Array {
  return writePoint(multiplySecret(epochBase(swarm, epoch), readScalar(key.secret)))
}

/** The member's tag of the record with this digest (32 bytes), 32 bytes. */
export function recordTag(key: VoiceKey, swarm: string, digest: Uint8Array): Uint8Array {
  return multiplyBase(key.secret, swarm, digest)
}
