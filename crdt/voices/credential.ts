/**
 * Credentials: a member of a ring lets a key sign for its voice in one epoch. docs/PROTOCOL.md has
 * the bytes. A credential of a ring of 64 keys has 2.7 kB.
 *
 * It proves that one of the ring made it, that its tag is the only one of this member in the epoch,
 * and that this member chose the key. It does not say which member that is. Whoever has the secret
 * of a voice key can make several credentials of an epoch; they have the same tag.
 */
import { hash } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { equalBytes, readAll, readBytes, readUint } from '../bytes/index.ts'
import { KEY_BYTES } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import { POINT_BYTES, readScalar, SCALAR_BYTES } from './group.ts'
import { CREDENTIAL } from './labels.ts'
import { signInRing, verifyInRing } from './ring-signature.ts'
import { epochTag } from './tags.ts'
import { RING_ID_BYTES, ringIdOf } from './voice-key.ts'
import type { Decoder } from '../bytes/index.ts'
import type { RingPlace, RingSignature } from './ring-signature.ts'
import type { VoiceKey } from './voice-key.ts'

/** A member hides among this number of members at most; a check costs a millisecond for each. */
export const MAX_RING_KEYS = 64

/** 8-byte ids, and 32 bytes for each response, the signer, the tag and the first challenge. */
export const MAX_CREDENTIAL_BYTES =
  8 + KEY_BYTES + POINT_BYTES + 1 + MAX_RING_KEYS * (RING_ID_BYTES + SCALAR_BYTES) + SCALAR_BYTES

/** A credential as its bytes have it. Nothing in it is verified. */
export interface Credential extends RingSignature {
  readonly epoch: number
  /** Ids of the ring's voice keys, 8 bytes each, ascending. */
  readonly ring: readonly Uint8Array[]
  /** Ed25519 key that signs for the member in this epoch, 32 bytes. */
  readonly signer: Uint8Array
  /** The member's tag of the epoch, 32 bytes. */
  readonly tag: Uint8Array
}

/** What a credential is made of. */
export interface CredentialInit {
  readonly swarm: string
  readonly epoch: number
  /** Voice keys in any order, `key` among them; 1 to 64 with distinct ids. */
  readonly ring: readonly Uint8Array[]
  /** The member's own voice key. */
  readonly key: VoiceKey
  /** Ed25519 key that signs for the member in this epoch, 32 bytes. */
  readonly signer: Uint8Array
}

/** The bytes of a new credential. Throws `MalformedError` if the ring cannot sign. */
export function createCredential({ swarm, epoch, ring, key, signer }: CredentialInit): Uint8Array {
  const members = ring
    .map((member) => ({ member, id: ringIdOf(member) }))
    .toSorted((a, b) => Buffer.compare(a.id, b.id))
  const ids = members.map(({ id }) => id)
  assertRing(ids)
  const keys = members.map(({ member }) => member)
  const position = keys.findIndex((member) => equalBytes(member, key.key))
  if (position === -1) throw new MalformedError('the ring does not contain the own voice key')
  if (signer.length !== KEY_BYTES) throw new MalformedError('a signer is an Ed25519 key')
  const place = { swarm, epoch, ring: keys, tag: epochTag(key, swarm, epoch) }
  const signature = signInRing(place, signedBytes(place, signer), position, key.secret)
  return writeCredential({ epoch, ring: ids, signer, tag: place.tag, ...signature })
}

/** Throws `MalformedError` for any bytes that `writeCredential` would not write. */
export function readCredential(bytes: Uint8Array): Credential {
  if (bytes.length > MAX_CREDENTIAL_BYTES) throw new MalformedError('a credential is too long')
  return readAll(bytes, readParts)
}

/**
 * Whether the credential's signature is one of the ring. `ring` has the voice key of each id, in the
 * order of the ids. Malformed bytes, and keys that are not those of the ids, give false.
 */
export function verifyCredential(
  swarm: string,
  bytes: Uint8Array,
  ring: readonly Uint8Array[]
): boolean {
  let credential: Credential
  try {
    credential = readCredential(bytes)
  } catch (error) {
    if (error instanceof MalformedError) return false
    throw error
  }
  const { epoch, ring: ids, signer, tag } = credential
  if (ring.length !== ids.length) return false
  const isRing = ring.every((key, index) => equalBytes(ringIdOf(key), ids[index] ?? key))
  if (!isRing) return false
  const place = { swarm, epoch, ring, tag }
  return verifyInRing(place, signedBytes(place, signer), credential)
}

function writeCredential(credential: Credential): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, credential.epoch)
    encoding.writeUint8Array(encoder, credential.signer)
    encoding.writeUint8Array(encoder, credential.tag)
    encoding.writeVarUint(encoder, credential.ring.length)
    for (const id of credential.ring) encoding.writeUint8Array(encoder, id)
    encoding.writeUint8Array(encoder, credential.challenge)
    for (const response of credential.responses) encoding.writeUint8Array(encoder, response)
  })
}

function readParts(decoder: Decoder): Credential {
  const epoch = readUint(decoder, Number.MAX_SAFE_INTEGER)
  const signer = readBytes(decoder, KEY_BYTES)
  const tag = readBytes(decoder, POINT_BYTES)
  const count = readUint(decoder, MAX_RING_KEYS)
  const ring = Array.from({ length: count }, () => readBytes(decoder, RING_ID_BYTES))
  assertRing(ring)
  const challenge = readBytes(decoder, SCALAR_BYTES)
  const responses = Array.from({ length: count }, () => readBytes(decoder, SCALAR_BYTES))
  for (const scalar of [challenge, ...responses]) readScalar(scalar)
  return { epoch, ring, signer, tag, challenge, responses }
}

/** Ids ascend, so that a ring has one form, and a key is in it once. */
function assertRing(ids: readonly Uint8Array[]): void {
  if (ids.length === 0 || ids.length > MAX_RING_KEYS) {
    throw new MalformedError(`a ring has 1 to ${MAX_RING_KEYS} keys`)
  }
  const isAscending = ids.every((id, index) => {
    const before = ids[index - 1]
    return before === undefined || Buffer.compare(before, id) < 0
  })
  if (!isAscending) throw new MalformedError('the ids of a ring do not ascend')
}

/** SHA-512 over all that the signature is about; the ring with its whole keys. */
function signedBytes(place: RingPlace, signer: Uint8Array): Uint8Array {
  const message = encoding.encode((encoder) => {
    encoding.writeVarString(encoder, CREDENTIAL)
    encoding.writeVarString(encoder, place.swarm)
    encoding.writeVarUint(encoder, place.epoch)
    encoding.writeUint8Array(encoder, signer)
    encoding.writeUint8Array(encoder, place.tag)
    encoding.writeVarUint(encoder, place.ring.length)
    for (const key of place.ring) encoding.writeUint8Array(encoder, key)
  })
  return hash('sha512', message, 'buffer')
}
