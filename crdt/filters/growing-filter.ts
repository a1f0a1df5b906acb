/**
 * A Bloom filter that grows: a list of filters ("slices"), each four times as large as the one
 * before. An element is added to the last slice and looked up in all.
 *
 * The protocol fixes the sizes, so that a peer cannot send false parameters. A full slice has 48.7
 * % of its bits set; its false-positive rate is 0.487^hashes, and the rates of all eight slices sum
 * to 0.92 %, so the rate stays below 1 % at any size.
 */
import { BloomFilter, countBits, hashPairOf } from './bloom-filter.ts'
import { ELEMENT_BYTES } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import type { BloomParameters, HashPair } from './bloom-filter.ts'

/** Elements of the first slice, and the growth from one slice to the next. */
const FIRST_CAPACITY = 2 ** 16
const GROWTH = 4

/** 1.4 billion elements. */
const MAX_SLICES = 8

/** Hashes of each slice: fewer for the small ones of every node, more for the larger ones. */
const HASHES = [8, 8, 9, 10, 11, 12, 13, 14] as const

/** Bits for each element and hash: 4 % above the 1 / ln 2 at which a full filter is half full. */
const BITS_PER_HASH = 1.5

/** Standard deviations from the expected number of bits; an honest slice does not exceed it. */
const TOLERANCE_SIGMAS = 8

interface Slice {
  readonly filter: BloomFilter
  readonly capacity: number
  count: number
}

/** A stored or sent slice: its number of elements, and its raw bits. */
export interface SliceState {
  readonly count: number
  readonly bits: Uint8Array
}

/** A Bloom filter that grows, with at most 1 % of false positives. */
export class GrowingFilter {
  readonly #slices: Slice[]

  /** Throws `MalformedError` if adding elements cannot result in these slices. */
  constructor(slices: readonly SliceState[] = []) {
    this.#slices = slices.map((state, i) => restoreSlice(state, i, i === slices.length - 1))
    if (this.#slices.length === 0) this.#slices.push(emptySlice(0))
  }

  /** Elements added. */
  get count(): number {
    return this.#slices.reduce((sum, { count }) => sum + count, 0)
  }

  /** Of all bits, also where the positions of few are kept. */
  get bytes(): number {
    return this.#slices.reduce((sum, _, i) => sum + parametersOf(i).bits / 8, 0)
  }

  /** False only if the element was never added. */
  has(element: Uint8Array): boolean {
    return this.#has(hashPairOf(element))
  }

  /** False, without a change, if the filter already contains the element. */
  add(element: Uint8Array): boolean {
    const halves = hashPairOf(element)
    if (this.#has(halves)) return false
    const slice = this.#openSlice()
    slice.filter.add(halves)
    slice.count += 1
    return true
  }

  /**
   * Probability that the filter contains an element that was not added, from the numbers of
   * elements.
   */
  falsePositiveRate(): number {
    const none = this.#slices.reduce((product, { count }, i) => {
      const parameters = parametersOf(i)
      return product * (1 - fillOf(parameters, count) ** parameters.hashes)
    }, 1)
    return 1 - none
  }

  /** The raw bits may be those of this filter, without a copy. */
  slices(): SliceState[] {
    return this.#slices.map(({ count, filter }) => ({ count, bits: filter.bits }))
  }

  #has(halves: HashPair): boolean {
    // The last slice has most elements.
    for (let i = this.#slices.length - 1; i >= 0; i--) {
      if (this.#slices[i]?.filter.has(halves) === true) return true
    }
    return false
  }

  #openSlice(): Slice {
    const last = this.#slices.at(-1)
    const isFull = last === undefined || last.count >= last.capacity
    if (!isFull || this.#slices.length === MAX_SLICES) return last ?? emptySlice(0)
    const slice = emptySlice(this.#slices.length)
    this.#slices.push(slice)
    return slice
  }
}

/** Number of elements of slice `index`. */
export function capacityOf(index: number): number {
  return FIRST_CAPACITY * GROWTH ** index
}

/** Throws `MalformedError` if there is no such slice. */
export function parametersOf(index: number): BloomParameters {
  const hashes = HASHES[index]
  if (hashes === undefined) throw new MalformedError(`a filter of more than ${MAX_SLICES} slices`)
  const bits = Math.ceil((BITS_PER_HASH * hashes * capacityOf(index)) / 8) * 8
  return { bits, hashes }
}

/** Copies the bytes of an element that a filter reads. */
export function copyElement(element: Uint8Array, target: Uint8Array, at: number): void {
  for (let i = 0; i < ELEMENT_BYTES; i++) target[at + i] = element[i] ?? 0
}

function emptySlice(index: number): Slice {
  return { filter: new BloomFilter(parametersOf(index)), capacity: capacityOf(index), count: 0 }
}

function restoreSlice({ count, bits }: SliceState, index: number, isLast: boolean): Slice {
  const parameters = parametersOf(index)
  const capacity = capacityOf(index)
  if (bits.length * 8 !== parameters.bits) throw new MalformedError('a slice of another size')
  if (count > capacity) throw new MalformedError('a slice with more elements than its capacity')
  if (!isLast && count < capacity)
    throw new MalformedError('a slice after a slice that is not full')
  const set = countBits(bits)
  if (set * 2 > parameters.bits)
    throw new MalformedError('a filter with more than half of its bits set')
  const expected = parameters.bits * fillOf(parameters, count)
  const deviation = Math.sqrt((parameters.bits / 4) * (count / capacity)) * TOLERANCE_SIGMAS
  if (Math.abs(set - expected) > deviation + TOLERANCE_SIGMAS * parameters.hashes) {
    throw new MalformedError('a slice whose set bits do not match its count')
  }
  return { filter: new BloomFilter(parameters, bits), capacity, count }
}

/** Expected share of set bits after `count` elements. */
function fillOf({ bits, hashes }: BloomParameters, count: number): number {
  return 1 - Math.exp((-hashes * count) / bits)
}
