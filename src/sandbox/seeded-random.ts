/** Seeded random numbers: Small Fast Counter (`sfc32` of PractRand, C. Doty-Humphrey). */
import { hash } from 'node:crypto'

const ROUNDS_OF_WARMING = 12
const TWO_32 = 2 ** 32

/** Numbers from 0 up to 1. */
export function seededRandom(seed: string): () => number {
  const bytes = hash('sha256', `noormme-hive/sandbox ${seed}`, 'buffer')
  let a = bytes.readInt32LE(0)
  let b = bytes.readInt32LE(4)
  let c = bytes.readInt32LE(8)
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / TWO_32
  }
  for (let i = 0; i < ROUNDS_OF_WARMING; i++) next()
  return next
}
