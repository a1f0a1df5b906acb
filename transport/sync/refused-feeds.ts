/**
 * Feeds of which this replica refused an entry that it may take later: of a member that it does not
 * know yet, or that has published enough for a day. Peers would send them again in each sync, up to
 * gigabytes; so after a few refusals they are asked for after a while, which doubles. The first ones
 * do not count: statements of members and their entries come at the same time.
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
  /** By author, the oldest first. */
  readonly #refusals = new Map<string, Refusal>()

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now
  }

  refuse(author: Uint8Array): void {
    const name = toHex(author)
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

  accept(author: Uint8Array): void {
    if (this.#refusals.size > 0) this.#refusals.delete(toHex(author))
  }

  /** Those that may be asked for. */
  askable(authors: readonly Uint8Array[]): Uint8Array[] {
    const now = this.#now()
    return authors.filter((author) => (this.#refusals.get(toHex(author))?.until ?? 0) <= now)
  }

  /** What was unknown may be known now. */
  clear(): void {
    this.#refusals.clear()
  }
}
