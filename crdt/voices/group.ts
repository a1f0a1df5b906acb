/**
 * The group of voices: ristretto255 (RFC 9496), of prime order, so that neither small subgroups nor
 * cofactors exist. Each element and each scalar has one encoding; others are malformed, and so is
 * the identity.
 *
 * `multiplySecret` takes the same steps for each scalar. The arithmetic below is that of BigInt, so
 * its time still varies a little with the values.
 */
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { bytesToNumberLE } from '@noble/curves/utils.js'
import { MalformedError } from '../errors.ts'

/** An element of the group. */
export type Point = InstanceType<typeof ristretto255.Point>

/** Bytes of an element. */
export const POINT_BYTES = 32

/** Bytes of a scalar, little-endian. */
export const SCALAR_BYTES = 32

export const BASE: Point = ristretto255.Point.BASE
export const IDENTITY: Point = ristretto255.Point.ZERO

const { Fn: SCALARS } = ristretto255.Point

/** Number of elements. */
export const ORDER: bigint = SCALARS.ORDER

/** Bits of a window of tables: a table of 5 costs 2 ms. */
const TABLE_WINDOW = 5

/** Products of one element from which on a table pays. */
export const MIN_TABLE_PRODUCTS = 4

/** Throws `MalformedError` for any bytes but the canonical ones of an element, and the identity. */
export function readPoint(bytes: Uint8Array): Point {
  let point: Point
  try {
    point = ristretto255.Point.fromBytes(bytes)
  } catch (cause) {
    throw new MalformedError('not an element of ristretto255', { cause })
  }
  if (point.is0()) throw new MalformedError('the identity of ristretto255')
  return point
}

export function writePoint(point: Point): Uint8Array {
  return point.toBytes()
}

/** Throws `MalformedError` unless the bytes are a number below the order. */
export function readScalar(bytes: Uint8Array): bigint {
  try {
    return SCALARS.fromBytes(bytes)
  } catch (cause) {
    throw new MalformedError('not a scalar of ristretto255', { cause })
  }
}

export function writeScalar(scalar: bigint): Uint8Array {
  return SCALARS.toBytes(scalar)
}

/** 64 uniform bytes, little-endian, modulo the order. Never 0 in practice; the caller may check. */
export function wideScalar(bytes: Uint8Array): bigint {
  return SCALARS.create(bytesToNumberLE(bytes))
}

/** `a - b * c`, modulo the order. */
export function subtractProduct(a: bigint, b: bigint, c: bigint): bigint {
  return SCALARS.sub(a, SCALARS.mul(b, c))
}

/** hash_to_ristretto255 of RFC 9380, appendix B, with SHA-512; nobody knows a discrete log of it. */
export function hashToPoint(label: string, message: Uint8Array): Point {
  return ristretto255_hasher.hashToCurve(message, { DST: label })
}

/** HashToScalar of RFC 9497, section 4.1: expand_message_xmd to 64 bytes, modulo the order. */
export function hashToScalar(label: string, message: Uint8Array): bigint {
  return ristretto255_hasher.hashToScalar(message, { DST: label })
}

/** For secret scalars, which are not 0. */
export function multiplySecret(point: Point, scalar: bigint): Point {
  return point.multiply(scalar)
}

/** For public scalars; faster. */
export function multiplyPublic(point: Point, scalar: bigint): Point {
  return point.multiplyUnsafe(scalar)
}

/** The same element with a table, for many products. */
export function withTable(point: Point): Point {
  return point.precompute(TABLE_WINDOW, false)
}
