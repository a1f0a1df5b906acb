/**
 * What this replica refused and may take later: feeds of a member that it does not know yet, or of an
 * author that has published enough for a day; of a peer that has brought enough for a day, one feed, or
 * all new authors. Peers would send them again in each sync, up to gigabytes; so after a few refusals
 * they are asked for after a while, which doubles. The first ones do not count: statements of members
 * and their entries come at the same time.
 *
 * A refusal is one of an entry. It ends when the feed has changed here, as by an entry of another peer or
 * by a base, and does not hold for a peer whose feed begins behind that entry.
 */
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_REFUSED_FEEDS, MAX_REFUSED_WAIT, REFUSED_WAIT } from '../constants.ts'
import type { Entry, FeedHead } from '../../crdt/index.ts'

/** A feed of which a peer has more. */
export interface WantedFeed {
  readonly author: Uint8Array
  /** Where the feed begins at the peer; 1 where that is not known. */
  readonly base: number
}

/** Where a feed stands in this replica. */
export type Place = Pick<FeedHead, 'base' | 'fork' | 'seq'>

interface Refusal {
  readonly until: number
  readonly count: number
  /** The refused entry, and where its feed stood here; none where all new authors of a peer are. */
  readonly of?: { readonly seq: number; readonly place: Place }
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

  /** `place`: where the feed stands since the entry was refused; `peer`: others may bring the feed. */
  refuse({ author, seq }: Pick<Entry, 'author' | 'seq'>, place: Place, peer?: string): void {
    const name = peer === undefined ? toHex(author) : nameOf(author, peer)
    this.#refuse(name, { seq, place })
  }

  /** The peer has brought as many new authors as it may. */
  refuseNew(peer: string): void {
    this.#refuse(peer)
  }

  #refuse(name: string, of?: Refusal['of']): void {
    const count = 1 + (this.#refusals.get(name)?.count ?? 0)
    const doubled = REFUSED_WAIT * 2 ** (count - FREE - 1)
    const wait = count <= FREE ? 0 : Math.min(MAX_REFUSED_WAIT, doubled)
    this.#refusals.delete(name)
    this.#refusals.set(name, { until: this.#now() + wait, count, of })
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

  /** Those that the peer may be asked for. `placeOf`: where a feed stands here. */
  askable<Feed extends WantedFeed>(
    feeds: readonly Feed[],
    peer: string,
    placeOf: (author: Uint8Array) => Place
  ): Feed[] {
    if (this.#refusals.size === 0) return [...feeds]
    return feeds.filter((feed) => {
      const names = [toHex(feed.author), nameOf(feed.author, peer)]
      return !names.some((name) => this.#isRefused(name, feed.base, placeOf(feed.author)))
    })
  }

  /** Whether the peer may be asked for authors of which this replica has nothing. */
  areNewAskable(peer: string): boolean {
    return !this.#isWaiting(peer)
  }

  /** `base`: where the feed begins at the peer. */
  #isRefused(name: string, base: number, place: Place): boolean {
    const of = this.#refusals.get(name)?.of
    if (of === undefined) return false
    const { seq, fork, base: ours } = of.place
    if (place.seq !== seq || place.fork !== fork || place.base !== ours) {
      this.#refusals.delete(name)
      return false
    }
    return base <= of.seq && this.#isWaiting(name)
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
