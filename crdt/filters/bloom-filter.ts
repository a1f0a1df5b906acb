/**
 * One Bloom filter of a fixed size (Bloom, CACM 13(7), 1970), on the `bloom-filters` package. The
 * package hashes strings in JavaScript. Elements here are digests, so the indexes are read from
 * their first 8 bytes by enhanced double hashing (Dillinger and Manolios, FMCAD 2004, section 5.2),
 * which is an order of magnitude faster and leaves the package's bits unchanged.
 *
 * While few bits are set, their positions are kept in place of the bits: a node holds filters of all its
 * peers, and 96 KiB for a filter with little in it would be most of the memory of a small node.
 */
/* oxlint-disable no-underscore-dangle -- the package names its protected members so */
import { BloomFilter as PackageFilter } from 'bloom-filters'
import { ELEMENT_BYTES } from '../constants.ts'
import { SparseBits } from './sparse-bits.ts'

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

/** Share of bits that may be set before all bits are kept: their positions take at most 1/6 of the memory. */
const SPARSE_SHARE = 1 / 256

export class BloomFilter {
  readonly #parameters: BloomParameters
  readonly #indexesOf: Hashing['getIndexes']
  #sparse: SparseBits | undefined
  #filter: PackageFilter | undefined

  /** `bits`: those of an equal filter; used without a copy. */
  constructor(parameters: BloomParameters, bits?: Uint8Array) {
    this.#parameters = parameters
    this.#indexesOf = indexReader(parameters.hashes)
    this.#sparse = bits === undefined ? new SparseBits() : SparseBits.from(bits, this.#maxSparse)
    if (this.#sparse === undefined) this.#filter = this.#filterOf(bits)
  }

  /** The raw bits: not copied where there are many of them. */
  get bits(): Uint8Array {
    return this.#filter?._filter.array ?? this.#sparseBytes()
  }

  add(halves: HashPair): void {
    if (this.#sparse === undefined) {
      this.#filter?.add(hashable(halves))
      return
    }
    for (const index of this.#indexes(halves)) this.#sparse.add(index)
    if (this.#sparse.count <= this.#maxSparse) return
    this.#filter = this.#filterOf(this.#sparseBytes())
    this.#sparse = undefined
  }

  has(halves: HashPair): boolean {
    const sparse = this.#sparse
    if (sparse !== undefined) return this.#indexes(halves).every((index) => sparse.has(index))
    return this.#filter?.has(hashable(halves)) ?? false
  }

  get #maxSparse(): number {
    return Math.floor(this.#parameters.bits * SPARSE_SHARE)
  }

  #indexes(halves: HashPair): number[] {
    const { bits, hashes } = this.#parameters
    return this.#indexesOf(hashable(halves), bits, hashes)
  }

  #sparseBytes(): Uint8Array {
    return (this.#sparse ?? new SparseBits()).toBytes(this.#parameters.bits / 8)
  }

  #filterOf(bits: Uint8Array | undefined): PackageFilter {
    const filter = new PackageFilter(this.#parameters.bits, this.#parameters.hashes)
    filter._hashing.getIndexes = this.#indexesOf
    if (bits !== undefined) filter._filter.array = bits
    return filter
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
  for (let i = 0; i < view.byteLength; i++) {
    // Words of zeros are most of a filter with little in it.
    if (i % 4 === 0 && i + 4 <= view.byteLength && view.getUint32(i) === 0) i += 3
    else count += BITS_OF_BYTE[view.getUint8(i)] ?? 0
  }
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
