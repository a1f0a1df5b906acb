/**
 * What this replica refused and may take later: feeds of a member that it does not know yet, or of an
 * author that has published enough for a day; of a peer that has brought enough for a day, one feed, or
 * all new authors. Peers would send them again in each sync, up to gigabytes; so after a few refusals
 * they are asked for after a while, which doubles. The first ones do not count: statements of members
 * and their entries come at the same time.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_REFUSED_FEEDS, MAX_REFUSED_WAIT, REFUSED_WAIT } from '../constants.ts'

interface Refusal {
  readonly until: number
  readonly count: number
}

/** Refusals without a wait. */
const FREE = 2

export class RefusedFeeds {
  readonly #now: () => number
  /** By author, by author and peer, or by peer alone; the oldest first. */
  readonly #refusals = new Map<string, Refusal>()

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** `peer`: others may bring the feed. */
  refuse(author: Uint8Array, peer?: string): void {
    this.#refuse(peer === undefined ? toHex(author) : nameOf(author, peer))
  }

  /** The peer has brought as many new authors as it may. */
  refuseNew(peer: string): void {
    this.#refuse(peer)
  }

  #refuse(name: string): void {
    const count = 1 + (this.#refusals.get(name)?.count ?? 0)
    const doubled = REFUSED_WAIT * 2 ** (count - FREE - 1)
    const wait = count <= FREE ? 0 : Math.min(MAX_REFUSED_WAIT, doubled)
    this.#refusals.delete(name)
    this.#refusals.set(name, { until: this.#now() + wait, count })
    for (const oldest of this.#refusals.keys()) {
      if (this.#refusals.size <= MAX_REFUSED_FEEDS) break
      this.#refusals.delete(oldest)
    }
  }

  accept(author: Uint8Array, peer: string): void {
    if (this.#refusals.size === 0) return
    this.#refusals.delete(toHex(author))
    this.#refusals.delete(nameOf(author, peer))
  }

  /** A new author of the peer was admitted. */
  acceptNew(peer: string): void {
    this.#refusals.delete(peer)
  }

  /** Those that the peer may be asked for. */
  askable(authors: readonly Uint8Array[], peer: string): Uint8Array[] {
    if (this.#refusals.size === 0) return [...authors]
    return authors.filter(
      (author) => !this.#isWaiting(toHex(author)) && !this.#isWaiting(nameOf(author, peer))
    )
  }

  /** Whether the peer may be asked for authors of which this replica has nothing. */
  areNewAskable(peer: string): boolean {
    return !this.#isWaiting(peer)
  }

  #isWaiting(name: string): boolean {
    return (this.#refusals.get(name)?.until ?? 0) > this.#now()
  }

  /** What was unknown may be known now. */
  clear(): void {
    this.#refusals.clear()
  }
}

function nameOf(author: Uint8Array, peer: string): string {
  return `${toHex(author)}/${peer}`
}
