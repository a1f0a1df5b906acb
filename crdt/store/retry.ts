/**
 * Background work that must be done some time. Where it fails, as on a full disk, it is tried again,
 * later and later, until it is done or the store closes.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Store } from './section.ts'

export interface RetryInit {
  readonly store: Pick<Store, 'closing'>
  /** Does all that is left; it may be called again after it is done. */
  readonly task: () => Promise<void>
  /** Called for the first of failures that follow each other. */
  readonly onFailure?: (error: unknown) => void
}

/** Milliseconds before what failed is tried again: at first, and at most. */
const FIRST_PAUSE = 1_000
const MAX_PAUSE = 60_000

export class Retry {
  readonly #init: RetryInit
  #running: Promise<void> | undefined

  constructor(init: RetryInit) {
    this.#init = init
  }

  /** Resolves when the work is done, or the store closes. A call meanwhile joins the one before. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #run(): Promise<void> {
    const { store, task, onFailure } = this.#init
    const { closing } = store
    for (let pause = FIRST_PAUSE; !closing.aborted; pause = Math.min(2 * pause, MAX_PAUSE)) {
      try {
        await task()
        return
      } catch (error) {
        if (closing.aborted) return
        if (pause === FIRST_PAUSE) onFailure?.(error)
      }
      await delay(pause, undefined, { signal: closing, ref: false }).catch(() => undefined)
    }
  }
}
