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
  #isAsked = false

  constructor(init: RetryInit) {
    this.#init = init
  }

  /** Resolves when the work is done, or the store closes. A call meanwhile has it done once more. */
  run(): Promise<void> {
    if (this.#init.store.closing.aborted) return Promise.resolve()
    this.#isAsked = true
    this.#running ??= this.#run()
    return this.#running
  }

  async #run(): Promise<void> {
    const { store, task, onFailure } = this.#init
    const { closing } = store
    let pause = FIRST_PAUSE
    while (this.#isAsked && !closing.aborted) {
      this.#isAsked = false
      try {
        await task()
        pause = FIRST_PAUSE
      } catch (error) {
        this.#isAsked = true
        if (closing.aborted) break
        if (pause === FIRST_PAUSE) onFailure?.(error)
        await delay(pause, undefined, { signal: closing, ref: false }).catch(() => undefined)
        pause = Math.min(2 * pause, MAX_PAUSE)
      }
    }
    this.#running = undefined
  }
}
