/**
 * Runs tasks one after the other, in the order of their calls, and gathers small ones that follow each
 * other, so that they are done together: one signature and one commit for many small publications.
 *
 * What comes alone is done at once. What comes while a task runs waits for its end; if several have
 * come by then, also for those that follow closely, at most `MAX_GATHERING` milliseconds, and no
 * longer once another task waits behind them.
 */
import { Serial } from '../store/serial.ts'

/** Milliseconds without another call after which a burst is over. */
const PAUSE = 5

/** Milliseconds that a burst is gathered for. */
export const MAX_GATHERING = 100

/** Calls that are done together at most. */
export const MAX_GATHERED = 1_000

export interface GatheringInit<Item, Result> {
  /** Does all of it; the results are in the order of the items, an error where one alone has failed. */
  readonly runTogether: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>
  /** Whether an item is done together with those of a burst, of which this is the first; default: always. */
  readonly mayJoin?: (item: Item, first: Item) => boolean
  /** Calls back after some milliseconds; default: `setTimeout`. */
  readonly later?: (task: () => void, milliseconds: number) => void
}

interface Gathered<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Calls that are done together. */
interface Burst<Item, Result> {
  readonly calls: Gathered<Item, Result>[]
  /** Ends the wait for further calls, if it waits. */
  leave: (() => void) | undefined
}

export class Gathering<Item, Result> {
  readonly #init: GatheringInit<Item, Result>
  readonly #serial = new Serial()
  /** The last in the queue; further calls join it. */
  #open: Burst<Item, Result> | undefined

  constructor(init: GatheringInit<Item, Result>) {
    this.#init = init
  }

  /** Runs a task by itself. */
  run<T>(task: () => Promise<T>): Promise<T> {
    this.#close()
    return this.#serial.run(task)
  }

  /** Does the item together with others. */
  gather(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    const [first] = this.#open?.calls ?? []
    if (first !== undefined && this.#init.mayJoin?.(item, first.item) === false) this.#close()
    const burst = (this.#open ??= this.#begin())
    burst.calls.push({ item, resolve, reject })
    if (burst.calls.length >= MAX_GATHERED) this.#close()
    return promise
  }

  #begin(): Burst<Item, Result> {
    const burst: Burst<Item, Result> = { calls: [], leave: undefined }
    void this.#serial.run(async () => {
      if (burst.calls.length > 1 && this.#open === burst) await this.#pause(burst)
      if (this.#open === burst) this.#open = undefined
      await this.#runTogether(burst.calls)
    })
    return burst
  }

  #close(): void {
    this.#open?.leave?.()
    this.#open = undefined
  }

  async #runTogether(calls: readonly Gathered<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#init.runTogether(calls.map(({ item }) => item))
      for (const [i, { resolve, reject }] of calls.entries()) {
        const result = results[i]
        if (result === undefined) reject(new Error('A gathered call has no result.'))
        else if (result instanceof Error) reject(result)
        else resolve(result)
      }
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
  }

  /** Waits while further calls follow. */
  #pause(burst: Burst<Item, Result>): Promise<void> {
    const { later = setTimeout } = this.#init
    const { promise, resolve } = Promise.withResolvers<void>()
    burst.leave = resolve
    const wait = (left: number, count: number): void => {
      later(() => {
        const isOver = left <= 0 || burst.calls.length === count
        if (isOver) resolve()
        else wait(left - PAUSE, burst.calls.length)
      }, PAUSE)
    }
    wait(MAX_GATHERING - PAUSE, burst.calls.length)
    return promise
  }
}
