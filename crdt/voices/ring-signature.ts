/**
 * Linkable ring signatures: one of the ring signed, nobody learns which one, and two signatures of
 * one member in one epoch have the same tag.
 *
 * The chain of challenges is that of LSAG (Liu, Wei, Wong 2004, section 4). The base of the tag is
 * H(swarm, epoch) in place of a hash of the ring, so that a member has one tag in an epoch whatever
 * ring it signs in: with a base of the ring, another ring would give it another tag.
 */
import { randomBytes } from 'node:crypto'
import { concat, equalBytes } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import {
  BASE,
  hashToScalar,
  MIN_TABLE_PRODUCTS,
  multiplyPublic,
  multiplySecret,
  readPoint,
  readScalar,
  SCALAR_BYTES,
  subtractProduct,
  withTable,
  writePoint,
  writeScalar
} from './group.ts'
import { RING_CHALLENGE, RING_NONCE } from './labels.ts'
import { epochBase } from './tags.ts'
import type { Point } from './group.ts'

/** Where a signature is made: its tag is the same in all rings of one epoch of one swarm. */
export interface RingPlace {
  readonly swarm: string
  readonly epoch: number
  /** Voice keys, 32 bytes each. */
  readonly ring: readonly Uint8Array[]
  /** Tag of the signer, 32 bytes. */
  readonly tag: Uint8Array
}

/** A ring signature: the first challenge, and a response for each key of the ring. */
export interface RingSignature {
  /** A scalar, 32 bytes. */
  readonly challenge: Uint8Array
  /** Scalars, 32 bytes each, in the order of the ring. */
  readonly responses: readonly Uint8Array[]
}

/** Signs `message`, which binds swarm, epoch, ring and tag, with the secret of key `position`. */
export function signInRing(
  { swarm, epoch, ring, tag }: RingPlace,
  message: Uint8Array,
  position: number,
  secret: Uint8Array
): RingSignature {
  const walk = new ChallengeWalk(epochBase(swarm, epoch), readPoint(tag), message, ring.length)
  const random = randomBytes(SCALAR_BYTES)
  // Random bytes and the secret: a weak source of randomness alone does not reveal the secret.
  const scalarAt = (index: number): bigint =>
    hashToScalar(RING_NONCE, concat(secret, random, message, Uint8Array.of(index)))
  const members = [...ring.map(readPoint).entries()]
  const others = [...members.slice(position + 1), ...members.slice(0, position)]
  const responses = new Map<number, bigint>()
  let challenge = walk.begin(scalarAt(position))
  let first: bigint | undefined
  for (const [index, key] of others) {
    if (index === 0) first = challenge
    const response = scalarAt(index)
    responses.set(index, response)
    challenge = walk.next(key, challenge, response)
  }
  const own = subtractProduct(scalarAt(position), challenge, readScalar(secret))
  return {
    challenge: writeScalar(first ?? challenge),
    responses: members.map(([index]) => writeScalar(responses.get(index) ?? own))
  }
}

/** Whether one of the ring signed `message` with the tag. Malformed parts give false. */
export function verifyInRing(
  { swarm, epoch, ring, tag }: RingPlace,
  message: Uint8Array,
  { challenge: first, responses }: RingSignature
): boolean {
  if (ring.length === 0 || ring.length !== responses.length) return false
  try {
    // What is cheap to check comes first.
    const scalars = responses.map(readScalar)
    let challenge = readScalar(first)
    const tagPoint = readPoint(tag)
    const keys = ring.map(readPoint)
    const walk = new ChallengeWalk(epochBase(swarm, epoch), tagPoint, message, ring.length)
    for (const [index, key] of keys.entries()) {
      challenge = walk.next(key, challenge, scalars[index] ?? 0n)
    }
    return equalBytes(writeScalar(challenge), first)
  } catch (error) {
    if (error instanceof MalformedError) return false
    throw error
  }
}

/** The challenges around a ring, with tables for what stays the same where they pay. */
class ChallengeWalk {
  readonly #base: Point
  readonly #tag: Point
  readonly #message: Uint8Array

  /** `keys`: of the ring, each of which takes a product of the base and one of the tag. */
  constructor(base: Point, tag: Point, message: Uint8Array, keys: number) {
    const hasTables = keys >= MIN_TABLE_PRODUCTS
    this.#base = hasTables ? withTable(base) : base
    this.#tag = hasTables ? withTable(tag) : tag
    this.#message = message
  }

  /** The challenge after the signer, whose commitments are its nonce times the bases. */
  begin(nonce: bigint): bigint {
    return this.#challenge(multiplySecret(BASE, nonce), multiplySecret(this.#base, nonce))
  }

  /** The challenge after `key`: L = s * G + c * X and R = s * H + c * T are hashed. */
  next(key: Point, challenge: bigint, response: bigint): bigint {
    const left = multiplyPublic(BASE, response).add(multiplyPublic(key, challenge))
    const right = multiplyPublic(this.#base, response).add(multiplyPublic(this.#tag, challenge))
    return this.#challenge(left, right)
  }

  #challenge(left: Point, right: Point): bigint {
    return hashToScalar(RING_CHALLENGE, concat(this.#message, writePoint(left), writePoint(right)))
  }
}
