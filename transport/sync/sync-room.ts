/**
 * A room for runs of syncs: few work in it at the same time. A run that waits for its peer does not work,
 * so peers that answer slowly, or never, take no place from others. The number of runs that wait is
 * bounded as well: a new one ends the run whose peer has kept this node waiting the longest since it last
 * brought something, or does not begin if that is its own peer. The wait for the next answer alone would not
 * do: peers that answer fast and bring nothing would end the runs of slow ones that bring entries.
 *
 * Peers under new keys owe nothing, and an attacker has any number of keys. So once the room is full, the
 * runs with new peers have a quarter of it, and end only each other: of the network with the most of them.
 * One of that network must first have waited for a moment, so that each gets the time for an answer.
 */
import { MAX_NEW_SYNCS, MAX_OPEN_SYNCS, NEW_PEER_PATIENCE } from '../constants.ts'
import type { PeerWait } from './peer-waits.ts'

/** The place of a run in its room. */
export interface SyncPlace {
  /** Waits for what a peer does, and leaves the place to others meanwhile. */
  waitFor<T>(wait: () => Promise<T>): Promise<T>
  /** Leaves the place; a run that has left does nothing but wait. */
  leave(): void
  /** Waits until there is a place. */
  enter(signal?: AbortSignal): Promise<void>
  /** The peer has brought something: what this node has waited for it before no longer counts. */
  isOfUse(): void
  /** Aborted when the run is ended to make room for another one. */
  readonly signal: AbortSignal
}

/** Of what runs outside of all rooms. */
export const NO_PLACE: SyncPlace = {
  waitFor: (wait) => wait(),
  leave: () => undefined,
  enter: () => Promise.resolve(),
  isOfUse: () => undefined,
  signal: new AbortController().signal
}

/** The peer of a run. */
export interface RoomPeer {
  readonly wait: PeerWait
  /** Whether it has brought nothing yet, and came lately. */
  readonly isNew: () => boolean
  /** The network that it is of. */
  readonly group: string | undefined
}

interface Place extends SyncPlace {
  readonly peer: RoomPeer
  /** Milliseconds that its peer has kept this node waiting. */
  readonly waited: number
  end(): void
}

export class SyncRoom {
  readonly #places: number
  readonly #now: () => number
  #taken = 0
  /** Those that wait for a place, in the order in which they came. */
  readonly #queue = new Set<() => void>()
  readonly #open = new Set<Place>()
  /** Runs that wait for their peers. */
  readonly #waiting = new Set<Place>()

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(places: number, now: () => number = () => performance.now()) {
    this.#places = places
    this.#now = now
  }

  /** Runs that have begun. */
  get open(): number {
    return this.#open.size
  }

  async run<T>(
    task: (place: SyncPlace) => Promise<T>,
    peer: RoomPeer,
    signal: AbortSignal
  ): Promise<T> {
    this.#makeRoom(peer)
    const place = this.#place(peer)
    this.#open.add(place)
    try {
      await place.enter(signal)
      return await task(place)
    } finally {
      place.leave()
      this.#waiting.delete(place)
      this.#open.delete(place)
    }
  }

  #place(peer: RoomPeer): Place {
    const ofPeer = peer.wait
    const controller = new AbortController()
    let isIn = false
    /** When the run began to wait for its peer. */
    let since: number | undefined
    const current = (): number => (since === undefined ? 0 : this.#now() - since)
    const place: Place = {
      peer,
      signal: controller.signal,
      get waited() {
        return ofPeer.milliseconds + current()
      },
      end: () => controller.abort(new Error('Its place is left to a newer sync.')),
      isOfUse: () => ofPeer.clear(),
      leave: () => {
        if (!isIn) return
        isIn = false
        since = this.#now()
        this.#waiting.add(place)
        this.#leave()
      },
      enter: async (given) => {
        if (isIn) return
        this.#waiting.delete(place)
        ofPeer.add(current())
        since = undefined
        await this.#enter(given)
        isIn = true
      },
      waitFor: async (wait) => {
        place.leave()
        try {
          return await wait()
        } finally {
          await place.enter()
        }
      }
    }
    return place
  }

  #makeRoom(newer: RoomPeer): void {
    if (this.#open.size < MAX_OPEN_SYNCS) return
    const { runs, patience } = this.#mayEnd(newer)
    const [longest] = runs
      .filter((place) => this.#waiting.has(place))
      .toSorted((a, b) => b.waited - a.waited)
    if (longest === undefined && patience === undefined) return
    if (longest === undefined || longest.waited < (patience ?? 0)) {
      throw new Error('Syncs with other new peers take all the room.')
    }
    if (newer.wait.milliseconds > longest.waited) {
      throw new Error('Syncs with peers that bring more take all the room.')
    }
    this.#waiting.delete(longest)
    longest.end()
  }

  /** Runs of which one ends for a newer one; `patience`: if it has waited for as many milliseconds. */
  #mayEnd(newer: RoomPeer): { readonly runs: readonly Place[]; readonly patience?: number } {
    const open = [...this.#open]
    const news = open.filter(({ peer }) => peer.isNew())
    const isNew = newer.isNew()
    if (news.length < MAX_NEW_SYNCS || (!isNew && news.length === MAX_NEW_SYNCS)) {
      return { runs: open }
    }
    const groups = Map.groupBy(news, ({ peer }) => peer.group)
    const most = Math.max(...[...groups.values()].map(({ length }) => length))
    const own = isNew ? (groups.get(newer.group)?.length ?? 0) : 0
    if (own > 0 && own === most) {
      return { runs: groups.get(newer.group) ?? [], patience: NEW_PEER_PATIENCE }
    }
    const largest = news.filter(({ peer }) => groups.get(peer.group)?.length === most)
    return isNew && most === 1 ? { runs: largest, patience: NEW_PEER_PATIENCE } : { runs: largest }
  }

  async #enter(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.#taken < this.#places) {
      this.#taken += 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        this.#queue.delete(enter)
        reject(signal?.reason)
      }
      const enter = (): void => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#queue.add(enter)
    })
  }

  /** The place goes to the next one that waits. */
  #leave(): void {
    const [next] = this.#queue
    if (next === undefined) {
      this.#taken -= 1
      return
    }
    this.#queue.delete(next)
    next()
  }
}
