/**
 * A room for runs of syncs: few work in it at the same time. A run that waits for its peer does not work,
 * so peers that answer slowly, or never, take no place from others. The number of runs that wait is
 * bounded as well: a new one ends the run whose peer has kept this node waiting the longest since it last
 * brought something, or does not begin if that is its own peer. The wait for the next answer alone would not
 * do: peers that answer fast and bring nothing would end the runs of slow ones that bring entries.
 */
import { MAX_OPEN_SYNCS } from '../constants.ts'
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

interface Place extends SyncPlace {
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
  /** Runs that wait for their peers. */
  readonly #waiting = new Set<Place>()
  #open = 0

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(places: number, now: () => number = () => performance.now()) {
    this.#places = places
    this.#now = now
  }

  /** Runs that have begun. */
  get open(): number {
    return this.#open
  }

  /** `wait`: that of the peer of the run. */
  async run<T>(
    task: (place: SyncPlace) => Promise<T>,
    wait: PeerWait,
    signal: AbortSignal
  ): Promise<T> {
    this.#makeRoom(wait)
    const place = this.#place(wait)
    this.#open += 1
    try {
      await place.enter(signal)
      return await task(place)
    } finally {
      place.leave()
      this.#waiting.delete(place)
      this.#open -= 1
    }
  }

  #place(ofPeer: PeerWait): Place {
    const controller = new AbortController()
    let isIn = false
    /** When the run began to wait for its peer. */
    let since: number | undefined
    const current = (): number => (since === undefined ? 0 : this.#now() - since)
    const place: Place = {
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

  #makeRoom(newer: PeerWait): void {
    if (this.#open < MAX_OPEN_SYNCS) return
    let longest: Place | undefined
    for (const place of this.#waiting) {
      if (longest === undefined || place.waited > longest.waited) longest = place
    }
    if (longest === undefined) return
    if (newer.milliseconds > longest.waited) {
      throw new Error('Syncs with peers that bring more take all the room.')
    }
    this.#waiting.delete(longest)
    longest.end()
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
