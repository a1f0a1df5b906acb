/**
 * Bases of the tags of records, and tags by libsodium: it maps to the group and multiplies several
 * times faster than BigInt, in the same steps for each secret. Sums of products, which it has not,
 * stay with `@noble/curves`. Until `loadSodium` has resolved, and without it, all is computed with
 * `@noble/curves`, with the same results: loading takes some 30 ms, so only the thread of voices does it.
 */
import { hash } from 'node:crypto'
import * as encoding from 'lib0/encoding'
import { concat } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { hashToPoint, multiplySecret, readPoint, readScalar, writePoint } from './group.ts'
import { RECORD_TAG } from './labels.ts'
import type { Point } from './group.ts'

/**
 * Bases that are kept, since mapping to the group is most of the cost of a check, and members vote
 * on the same records; 8 MB at most for each use.
 */
const MAX_KNOWN = 16_384

/** Bytes of a block of SHA-512, and of its output. */
const BLOCK_BYTES = 128
const WIDE_BYTES = 64

/** What is used of libsodium. */
interface Sodium {
  crypto_core_ristretto255_from_hash(wide: Uint8Array): Uint8Array
  crypto_scalarmult_ristretto255(scalar: Uint8Array, element: Uint8Array): Uint8Array
}

interface Base {
  readonly message: Uint8Array
  bytes?: Uint8Array
  point?: Point
}

let sodium: Sodium | undefined

/**
 * What a base is for. What this node computed for its own votes does not speed up its checks: a peer
 * that sends an entry back would learn from the time of the check whose it is.
 */
export type BaseUse = 'check' | 'own'

const bases = { check: new Map<string, Base>(), own: new Map<string, Base>() }

/** Loads libsodium for this thread. */
export async function loadSodium(): Promise<void> {
  const { default: loaded } = await import('libsodium-wrappers-sumo')
  await loaded.ready
  sodium = loaded
}

/** Base of the tags of a record. */
export function recordBase(swarm: string, digest: Uint8Array, use: BaseUse): Point {
  const base = baseOf(swarm, digest, use)
  return (base.point ??=
    sodium === undefined ? hashToPoint(RECORD_TAG, base.message) : readPoint(bytesOf(base, sodium)))
}

/** The product of a canonical secret scalar and the base of a record, 32 bytes. */
export function multiplyBase(secret: Uint8Array, swarm: string, digest: Uint8Array): Uint8Array {
  if (sodium === undefined) {
    return writePoint(multiplySecret(recordBase(swarm, digest, 'own'), readScalar(secret)))
  }
  try {
    const element = bytesOf(baseOf(swarm, digest, 'own'), sodium)
    return sodium.crypto_scalarmult_ristretto255(secret, element)
  } catch (cause) {
    throw new MalformedError('not a scalar of ristretto255', { cause })
  }
}

function bytesOf(base: Base, library: Sodium): Uint8Array {
  const wide = (): Uint8Array => expandTo64(RECORD_TAG, base.message)
  return (base.bytes ??= library.crypto_core_ristretto255_from_hash(wide()))
}

function baseOf(swarm: string, digest: Uint8Array, use: BaseUse): Base {
  const known = bases[use]
  const name = Buffer.from(digest).toString('latin1') + swarm
  const found = known.get(name)
  if (found !== undefined) return found
  const message = encoding.encode((encoder) => {
    encoding.writeVarString(encoder, swarm)
    encoding.writeUint8Array(encoder, digest)
  })
  if (known.size >= MAX_KNOWN) {
    for (const oldest of known.keys()) {
      known.delete(oldest)
      break
    }
  }
  const base = { message }
  known.set(name, base)
  return base
}

/** expand_message_xmd of RFC 9380, section 5.3.1, with SHA-512, for 64 bytes: one block. */
function expandTo64(label: string, message: Uint8Array): Uint8Array {
  const name = Buffer.from(label)
  const suffix = concat(name, Uint8Array.of(name.length))
  const padded = concat(
    new Uint8Array(BLOCK_BYTES),
    message,
    Uint8Array.of(0, WIDE_BYTES, 0),
    suffix
  )
  const first = hash('sha512', padded, 'buffer')
  return hash('sha512', concat(first, Uint8Array.of(1), suffix), 'buffer')
}
