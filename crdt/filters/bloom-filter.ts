/**
 * One Bloom filter of a fixed size (Bloom, CACM 13(7), 1970), on the `bloom-filters` package. The
 * package hashes strings in JavaScript. Elements here are digests, so the indexes are read from
 * their first 8 bytes by enhanced double hashing (Dillinger and Manolios, FMCAD 2004, section 5.2),
 * which is an order of magnitude faster and leaves the package's bits unchanged.
 */
/* oxlint-disable no-underscore-dangle -- the package names its protected members so */
import { BloomFilter as PackageFilter } from 'bloom-filters'
import { ELEMENT_BYTES } from '../constants.ts'

type Hashing = PackageFilter['_hashing']
type Hashable = Parameters<Hashing['getIndexes']>[0]

/** The size of a Bloom filter. */
export interface BloomParameters {
  /** Bits of the filter, a multiple of 8. */
  readonly bits: number
  /** Number of indexes of an element. */
  readonly hashes: number
}

/** Two numbers of 32 bits from a digest, which give its indexes. */
export interface HashPair {
  readonly first: number
  readonly second: number
}

export class BloomFilter {
  readonly #filter: PackageFilter

  /** `bits`: those of an equal filter; used without a copy. */
  constructor(parameters: BloomParameters, bits?: Uint8Array) {
    this.#filter = new PackageFilter(parameters.bits, parameters.hashes)
    this.#filter._hashing.getIndexes = indexReader(parameters.hashes)
    if (bits !== undefined) this.#filter._filter.array = bits
  }

  /** The raw bits, not copied. */
  get bits(): Uint8Array {
    return this.#filter._filter.array
  }

  add(halves: HashPair): void {
    this.#filter.add(hashable(halves))
  }

  has(halves: HashPair): boolean {
    return this.#filter.has(hashable(halves))
  }
}

/** Reads the first 8 bytes of a digest, once for all filters. */
export function hashPairOf(element: Uint8Array): HashPair {
  const view = new DataView(element.buffer, element.byteOffset, ELEMENT_BYTES)
  return { first: view.getUint32(0), second: view.getUint32(4) }
}

export function countBits(bytes: Uint8Array): number {
  // An iterator allocates an object for each byte: 90 MB of garbage for the filters of a million
  // facts.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let count = 0
  for (let i = 0; i < view.byteLength; i++) count += BITS_OF_BYTE[view.getUint8(i)] ?? 0
  return count
}

const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0
  for (let rest = byte; rest > 0; rest >>>= 1) count += rest & 1
  return count
})

/** Reads indexes into an array of the filter, since every lookup needs one. */
function indexReader(hashes: number): Hashing['getIndexes'] {
  const indexes = Array.from({ length: hashes }, () => 0)
  return (element, size) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see hashable()
    const { first, second } = element as unknown as HashPair
    let index = scaled(first, size)
    let step = scaled(second, size)
    for (let i = 0; i < hashes; i++) {
      indexes[i] = index
      index += step
      if (index >= size) index -= size
      step += i
      if (step >= size) step -= size
    }
    return indexes
  }
}

/**
 * Scales 32 bits to 0 .. size - 1; a division of large integers would cost more than the rest of a
 * lookup.
 */
function scaled(bits: number, size: number): number {
  return Math.floor((bits / 2 ** 32) * size)
}

/**
 * The package declares strings and buffers only; this value reaches `indexReader` and nothing else.
 */
function hashable(halves: HashPair): Hashable {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return halves as unknown as Hashable
}
