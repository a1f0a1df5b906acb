/**
 * Facts that were stored or looked up lately, so that a stream of repetitions needs no disk: a table
 * in which each digest has one place, and takes it from whoever was there. 128 bits of the digest
 * are kept, which no two facts share.
 */

/** What a stored fact must at least have for a repetition to add nothing. */
interface Held {
  readonly digest: Uint8Array
  readonly confidence: number
  readonly isPrivate: boolean
}

/** 24 bytes a place: 0.4 MB at first, 25 MB at most, as the facts of the node grow. */
const FIRST_PLACES = 2 ** 14
const MAX_PLACES = 2 ** 20

const DIGEST_WORDS = 4

export class RecentFacts {
  #places = FIRST_PLACES
  #digests = new Uint32Array(FIRST_PLACES * DIGEST_WORDS)
  /** Confidence, plus 2 for a private fact; an empty place has -1. */
  #values = new Float64Array(FIRST_PLACES).fill(-1)
  #filled = 0

  /** Whether the fact is here, and a repetition with this confidence and privacy adds nothing. */
  covers({ digest, confidence, isPrivate }: Held): boolean {
    const view = viewOf(digest)
    const place = this.#placeOf(view)
    const value = this.#values[place] ?? -1
    if (value < 0 || !this.#isAt(place, view)) return false
    return (value >= 2 || !isPrivate) && confidence <= value % 2
  }

  put({ digest, confidence, isPrivate }: Held): void {
    if (this.#filled > this.#places && this.#places < MAX_PLACES) this.#grow()
    this.#filled += 1
    const view = viewOf(digest)
    const place = this.#placeOf(view)
    this.#values[place] = (isPrivate ? 2 : 0) + confidence
    for (let i = 0; i < DIGEST_WORDS; i++) {
      this.#digests[place * DIGEST_WORDS + i] = view.getUint32(4 * i)
    }
  }

  delete(digest: Uint8Array): void {
    const view = viewOf(digest)
    const place = this.#placeOf(view)
    if (this.#isAt(place, view)) this.#values[place] = -1
  }

  #placeOf(view: DataView): number {
    return view.getUint32(0) & (this.#places - 1)
  }

  #isAt(place: number, view: DataView): boolean {
    const at = place * DIGEST_WORDS
    return (
      this.#digests[at] === view.getUint32(0) &&
      this.#digests[at + 1] === view.getUint32(4) &&
      this.#digests[at + 2] === view.getUint32(8) &&
      this.#digests[at + 3] === view.getUint32(12)
    )
  }

  /** A larger table begins empty: what was in the small one is on disk. */
  #grow(): void {
    this.#places *= 4
    this.#filled = 0
    this.#digests = new Uint32Array(this.#places * DIGEST_WORDS)
    this.#values = new Float64Array(this.#places).fill(-1)
  }
}

function viewOf(digest: Uint8Array): DataView {
  return new DataView(digest.buffer, digest.byteOffset, DIGEST_WORDS * 4)
}
