/**
 * Tags: what a member leaves behind where it speaks. A tag is x * H(place), x the secret of the
 * member's voice key. So a member has one tag in a place, whatever ring or author key it uses, and
 * nobody can tell whose it is, or that tags of two places are one member's.
 */
import * as encoding from 'lib0/encoding'
import { hashToPoint, multiplySecret, readScalar, writePoint } from './group.ts'
import { EPOCH_TAG, RECORD_TAG } from './labels.ts'
import type { Point } from './group.ts'
import type { VoiceKey } from './voice-key.ts'

/**
 * Bases of records that are kept, since hashing to the group is most of the cost of a check, and
 * members vote on the same records; 8 MB at most for each purpose.
 */
const MAX_KNOWN_BASES = 16_384

/**
 * What a base is for. What this node computed for its own votes does not speed up its checks: a peer
 * that sends an entry back would learn from the time of the check whose it is.
 */
export type BaseUse = 'check' | 'own'

const bases = { check: new Map<string, Point>(), own: new Map<string, Point>() }

/** Base of the tags of an epoch. It does not depend on the ring: see docs/decisions/voices.md. */
export function epochBase(swarm: string, epoch: number): Point {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, swarm)
  encoding.writeVarUint(encoder, epoch)
  return hashToPoint(EPOCH_TAG, encoding.toUint8Array(encoder))
}

/** Base of the tags of a record. */
export function recordBase(swarm: string, digest: Uint8Array, use: BaseUse): Point {
  const known = bases[use]
  const name = Buffer.from(digest).toString('latin1') + swarm
  const found = known.get(name)
  if (found !== undefined) return found
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, swarm)
  encoding.writeUint8Array(encoder, digest)
  const base = hashToPoint(RECORD_TAG, encoding.toUint8Array(encoder))
  if (known.size >= MAX_KNOWN_BASES) {
    for (const oldest of known.keys()) {
      known.delete(oldest)
      break
    }
  }
  known.set(name, base)
  return base
}

/** The member's tag of an epoch, 32 bytes. */
export function epochTag(key: VoiceKey, swarm: string, epoch: number): Uint8Array {
  return writePoint(multiplySecret(epochBase(swarm, epoch), readScalar(key.secret)))
}

/** The member's tag of the record with this digest (32 bytes), 32 bytes. */
export function recordTag(key: VoiceKey, swarm: string, digest: Uint8Array): Uint8Array {
  return writePoint(multiplySecret(recordBase(swarm, digest, 'own'), readScalar(key.secret)))
}
