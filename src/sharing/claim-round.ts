/**
 * Which promoted claims a broadcast compares with their votes: a limited number, however many wait. The
 * next broadcast goes on where this one stopped.
 */
import { toHex } from '../../crdt/bytes/index.ts'

/** Claims that one broadcast compares: about a second. */
export const MAX_COMPARED = 2_000

export class ClaimRound {
  #left = MAX_COMPARED
  /** The last waiting claim of the broadcast before, where it could not compare all. */
  #after = ''
  #reached = ''

  begin(): void {
    this.#left = MAX_COMPARED
    this.#reached = ''
  }

  /** Waiting claims come in the order of their digests, and new ones after them. */
  takes(digest: Uint8Array, isWaiting: boolean): boolean {
    const name = isWaiting ? toHex(digest) : ''
    if (this.#left === 0 || (isWaiting && name <= this.#after)) return false
    this.#left -= 1
    if (isWaiting) this.#reached = name
    return true
  }

  end(): void {
    this.#after = this.#left === 0 ? this.#reached : ''
  }
}
