/**
 * Sums of many elements, each times a coefficient of 128 bits: the bucket method (Pippenger 1976)
 * with signed digits. The general one of the package walks all bits of the order, twice as many.
 * Not for secrets: its time depends on the coefficients.
 */
import { mulAddUnsafe } from '@noble/curves/abstract/curve.js'
import { ristretto255 } from '@noble/curves/ed25519.js'
import { IDENTITY } from './group.ts'
import type { Point } from './group.ts'

/** Bits of a coefficient: as hard to get around as a discrete logarithm of the group. */
export const COEFFICIENT_BITS = 128

/** Up to this number of elements a table for each is faster than buckets; measured. */
const MAX_TABLES = 96

/** The sum of `coefficients[i] * points[i]`; coefficients are below 2^128. */
export function weightedSum(points: readonly Point[], coefficients: readonly bigint[]): Point {
  return points.length <= MAX_TABLES
    ? mulAddUnsafe(ristretto255.Point, [...points], [...coefficients])
    : bucketSum(points, coefficients)
}

/** The sum by buckets, one for each value of a digit; `window`: bits of a digit. */
export function bucketSum(
  points: readonly Point[],
  coefficients: readonly bigint[],
  window = bestWindow(points.length)
): Point {
  const digits = coefficients.map((coefficient) => signedDigits(coefficient, window))
  let sum = IDENTITY
  for (let place = digitsOf(window) - 1; place >= 0; place--) {
    for (let bit = 0; bit < window; bit++) sum = sum.double()
    const buckets: (Point | undefined)[] = Array.from({ length: 2 ** (window - 1) + 1 })
    for (const [index, point] of points.entries()) {
      const digit = digits[index]?.[place] ?? 0
      if (digit === 0) continue
      const size = Math.abs(digit)
      const signed = digit < 0 ? point.negate() : point
      const bucket = buckets[size]
      buckets[size] = bucket === undefined ? signed : bucket.add(signed)
    }
    sum = sum.add(sumOf(buckets))
  }
  return sum
}

/** The sum of `size * buckets[size]`. */
function sumOf(buckets: readonly (Point | undefined)[]): Point {
  let running = IDENTITY
  let sum = IDENTITY
  for (const bucket of buckets.slice(1).toReversed()) {
    if (bucket !== undefined) running = running.add(bucket)
    sum = sum.add(running)
  }
  return sum
}

/** Digits from -2^(window - 1) to 2^(window - 1), the lowest first. */
function signedDigits(coefficient: bigint, window: number): number[] {
  const size = 2 ** window
  const digits: number[] = []
  let rest = coefficient
  for (let place = 0; place < digitsOf(window); place++) {
    let digit = Number(rest & BigInt(size - 1))
    rest >>= BigInt(window)
    if (digit > size / 2) {
      digit -= size
      rest += 1n
    }
    digits.push(digit)
  }
  return digits
}

/** Number of digits; one bit more than a coefficient has, for the carry. */
function digitsOf(window: number): number {
  return Math.ceil((COEFFICIENT_BITS + 1) / window)
}

/** The window with the fewest additions. */
function bestWindow(points: number): number {
  let best = 1
  const cost = (window: number): number => digitsOf(window) * (points + 2 ** window + window)
  for (let window = 2; window <= 16; window++) if (cost(window) < cost(best)) best = window
  return best
}
