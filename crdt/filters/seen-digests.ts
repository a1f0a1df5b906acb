/**
 * Digests that a reader of many has seen: a few bytes for each. Two filters over different parts of a
 * digest, so that less than one of 10,000 that were not seen seems to be.
 */
import { ELEMENT_BYTES } from '../constants.ts'
import { GrowingFilter } from './growing-filter.ts'

/** Digests that were added. */
export class SeenDigests {
  readonly #first = new GrowingFilter()
  readonly #second = new GrowingFilter()

  /** Adds a digest. */
  add(digest: Uint8Array): void {
    this.#first.add(digest)
    this.#second.add(digest.subarray(ELEMENT_BYTES))
  }

  /** False only if the digest was never added. */
  has(digest: Uint8Array): boolean {
    return this.#first.has(digest) && this.#second.has(digest.subarray(ELEMENT_BYTES))
  }
}
