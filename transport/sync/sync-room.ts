/**
 * A room for runs of syncs: few work in it at the same time. A run that waits for its peer does not work,
 * so peers that answer slowly, or never, take no place from others. The number of runs that wait is
 * bounded as well: a new one ends the run that has waited the longest.
 */
import { MAX_OPEN_SYNCS } from '../constants.ts'

/** The place of a run in its room. */
export interface SyncPlace {
  /** Waits for what a peer does, and leaves the place to others meanwhile. */
  waitFor<T>(wait: () => Promise<T>): Promise<T>
  /** Leaves the place; a run that has left does nothing but wait. */
  leave(): void
  /** Waits until there is a place. */
  enter(signal?: AbortSignal): Promise<void>
  /** Aborted when the run is ended to make room for another one. */
  readonly signal: AbortSignal
}

/** Of what runs outside of all rooms. */
export const NO_PLACE: SyncPlace = {
  waitFor: (wait) => wait(),
  leave: () => undefined,
  enter: () => Promise.resolve(),
  signal: new AbortController().signal
}

interface Place extends SyncPlace {
  end(): void
}

export class SyncRoom {
  readonly #places: number
  #taken = 0
  /** Those that wait for a place, in the order in which they came. */
  readonly #queue = new Set<() => void>()
  /** Runs that wait for their peers, the longest first. */
  readonly #waiting = new Set<Place>()
  #open = 0

  constructor(places: number) {
    this.#places = places
  }

  /** Runs that have begun. */
  get open(): number {
    return this.#open
  }

  async run<T>(task: (place: SyncPlace) => Promise<T>, signal: AbortSignal): Promise<T> {
    const place = this.#place()
    this.#makeRoom()
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

  #place(): Place {
    const controller = new AbortController()
    let isIn = false
    const place: Place = {
      signal: controller.signal,
      end: () => controller.abort(new Error('Its place is left to a newer sync.')),
      leave: () => {
        if (!isIn) return
        isIn = false
        this.#waiting.add(place)
        this.#leave()
      },
      enter: async (given) => {
        if (isIn) return
        this.#waiting.delete(place)
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

  #makeRoom(): void {
    const [longest] = this.#waiting
    if (this.#open < MAX_OPEN_SYNCS || longest === undefined) return
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
