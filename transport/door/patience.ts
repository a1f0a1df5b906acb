/**
 * How long a node waits for a peer that has proved nothing: counted while it waits, and not while it
 * works. It is counted in steps, so that a node whose event loop is busy does not take that for a slow
 * peer.
 */
import { PATIENCE_STEP } from '../constants.ts'

export class Patience {
  readonly #end = new AbortController()
  /** Milliseconds. */
  #left: number
  #step = 0
  #began = 0
  #timer: NodeJS.Timeout | undefined

  constructor(milliseconds: number) {
    this.#left = milliseconds
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  /** Waits for the peer. */
  resume(): void {
    if (this.#timer !== undefined || this.signal.aborted) return
    if (this.#left <= 0) {
      this.#end.abort()
      return
    }
    this.#step = Math.min(PATIENCE_STEP, this.#left)
    this.#began = performance.now()
    this.#timer = setTimeout(() => this.#tick(), this.#step)
  }

  /** Works, or waits no longer. */
  pause(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#left -= Math.min(performance.now() - this.#began, this.#step)
  }

  #tick(): void {
    this.#timer = undefined
    this.#left -= this.#step
    this.resume()
  }
}
