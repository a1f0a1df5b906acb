/**
 * One proof for all record tags of an entry: the secret that made the epoch tag T made each of them.
 * docs/PROTOCOL.md has the equations.
 *
 * A proof of equal discrete logarithms (Chaum, Pedersen 1992) for a sum of the tags with
 * coefficients that nobody can choose, as in RFC 9497, section 2.2. A batch with a false tag passes
 * with a probability of 2^-128 a try.
 */
import { hash, randomBytes } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { concat, equalBytes } from '../bytes/index.ts'
import { HASH_BYTES } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import {
  hashToScalar,
  multiplyPublic,
  multiplySecret,
  POINT_BYTES,
  readPoint,
  readScalar,
  SCALAR_BYTES,
  subtractProduct,
  writePoint,
  writeScalar
} from './group.ts'
import { TAG_BATCH, TAG_CHALLENGE, TAG_COEFFICIENT, TAG_NONCE } from './labels.ts'
import { recordBase } from './record-bases.ts'
import { epochBase, epochTag } from './tags.ts'
import { COEFFICIENT_BITS, weightedSum } from './weighted-sum.ts'
import type { Point } from './group.ts'
import type { VoiceKey } from './voice-key.ts'

/** More registers do not fit into an entry of 1 MiB. */
export const MAX_RECORD_TAGS = 16_000

/** Bytes of a proof: a challenge and a response. An entry without tags has no proof. */
export const TAG_PROOF_BYTES: number = 2 * SCALAR_BYTES

/** The records of an entry, the tags on them, and what else the proof is bound to. */
export interface TagBatch {
  readonly swarm: string
  readonly epoch: number
  /** Bytes that the proof is bound to: it proves nothing in another context. */
  readonly context: Uint8Array
  /** Digests of records, 32 bytes each. */
  readonly digests: readonly Uint8Array[]
  /** The tag of each record, 32 bytes each. */
  readonly tags: readonly Uint8Array[]
}

/**
 * A proof of 64 bytes, no bytes without tags. The tags must be those of `key` (`recordTag`): with
 * others the proof is false. Throws `MalformedError` for lists of different or excessive lengths.
 */
export function proveTags({ key, ...batch }: TagBatch & { readonly key: VoiceKey }): Uint8Array {
  if (!isBatch(batch)) throw new MalformedError('a digest and a tag for each record')
  if (batch.tags.length === 0) return new Uint8Array()
  const { swarm, epoch, digests } = batch
  const secret = readScalar(key.secret)
  const seed = seedOf(batch, epochTag(key, swarm, epoch))
  const bases = digests.map((digest) => recordBase(swarm, digest, 'own'))
  const sum = weightedSum(bases, coefficientsOf(seed, digests.length))
  // Random bytes and the secret: a weak source of randomness alone does not reveal the secret.
  const random = randomBytes(SCALAR_BYTES)
  const nonce = hashToScalar(TAG_NONCE, concat(key.secret, random, seed))
  const challenge = challengeOf(seed, [
    sum,
    multiplySecret(sum, secret),
    multiplySecret(epochBase(swarm, epoch), nonce),
    multiplySecret(sum, nonce)
  ])
  const response = subtractProduct(nonce, challenge, secret)
  return concat(writeScalar(challenge), writeScalar(response))
}

/** Whether the secret that made `tag` made all the tags. Malformed parts give false. */
export function verifyTags({
  tag,
  proof,
  ...batch
}: TagBatch & {
  /** Epoch tag of the member, from its credential. */
  readonly tag: Uint8Array
  readonly proof: Uint8Array
}): boolean {
  const { swarm, epoch, digests, tags } = batch
  if (!isBatch(batch)) return false
  if (tags.length === 0) return proof.length === 0
  if (proof.length !== TAG_PROOF_BYTES) return false
  try {
    // What is cheap to check comes first.
    const first = proof.subarray(0, SCALAR_BYTES)
    const challenge = readScalar(first)
    const response = readScalar(proof.subarray(SCALAR_BYTES))
    const tagPoint = readPoint(tag)
    const points = tags.map(readPoint)
    const bases = digests.map((digest) => recordBase(swarm, digest, 'check'))
    const seed = seedOf(batch, tag)
    const coefficients = coefficientsOf(seed, tags.length)
    const sum = weightedSum(bases, coefficients)
    const tagSum = weightedSum(points, coefficients)
    const commitment = (base: Point, product: Point): Point =>
      multiplyPublic(base, response).add(multiplyPublic(product, challenge))
    const computed = challengeOf(seed, [
      sum,
      tagSum,
      commitment(epochBase(swarm, epoch), tagPoint),
      commitment(sum, tagSum)
    ])
    return equalBytes(writeScalar(computed), first)
  } catch (error) {
    if (error instanceof MalformedError) return false
    throw error
  }
}

function isBatch({ digests, tags }: TagBatch): boolean {
  return (
    tags.length <= MAX_RECORD_TAGS &&
    tags.length === digests.length &&
    digests.every((digest) => digest.length === HASH_BYTES) &&
    tags.every((tag) => tag.length === POINT_BYTES)
  )
}

/** SHA-512 over all inputs, so that no coefficient is known before all tags are. */
function seedOf(
  { swarm, epoch, context, digests, tags }: TagBatch,
  epochTagBytes: Uint8Array
): Uint8Array {
  const bytes = encoding.encode((encoder) => {
    encoding.writeVarString(encoder, TAG_BATCH)
    encoding.writeVarString(encoder, swarm)
    encoding.writeVarUint(encoder, epoch)
    encoding.writeUint8Array(encoder, epochTagBytes)
    encoding.writeVarUint8Array(encoder, context)
    encoding.writeVarUint(encoder, tags.length)
    for (const digest of digests) encoding.writeUint8Array(encoder, digest)
    for (const each of tags) encoding.writeUint8Array(encoder, each)
  })
  return Buffer.from(hash('sha512', bytes, 'hex'), 'hex')
}

/** The first 16 bytes of a hash of the seed and the index, little-endian. */
function coefficientsOf(seed: Uint8Array, count: number): bigint[] {
  const label = encoding.encode((encoder) => encoding.writeVarString(encoder, TAG_COEFFICIENT))
  const input = Buffer.concat([label, seed, Buffer.alloc(4)])
  return Array.from({ length: count }, (_, index) => {
    input.writeUInt32LE(index, input.length - 4)
    const bytes = hash('sha512', input, 'buffer').subarray(0, COEFFICIENT_BITS / 8)
    return bytes.readBigUInt64LE(0) | (bytes.readBigUInt64LE(8) << 64n)
  })
}

function challengeOf(seed: Uint8Array, points: readonly Point[]): bigint {
  return hashToScalar(TAG_CHALLENGE, concat(seed, ...points.map(writePoint)))
}
