/**
 * Background work that must be done some time. Where it fails, as on a full disk, it is tried again,
 * later and later, until it is done or the store closes.
 */
import { setTimeout as delay } from 'node:timers/promises'

/** The work, and when it is over. */
export interface RetryInit {
  /** Aborted when there is nothing to do any more. */
  readonly closing: AbortSignal
  /** Does all that is left; it may be called again after it is done. */
  readonly task: () => Promise<void>
  /** Called for the first of failures that follow each other. */
  readonly onFailure?: (error: unknown) => void
}

/** Milliseconds before what failed is tried again: at first, and at most. */
const FIRST_PAUSE = 1_000
const MAX_PAUSE = 60_000

/** Work that is tried until it is done. */
export class Retry {
  readonly #init: RetryInit
  #running: Promise<void> | undefined
  #isAsked = false

  constructor(init: RetryInit) {
    this.#init = init
  }

  /** Begins at once. Meanwhile, has it done once more. Never throws. */
  now(): void {
    this.#begin(() => Promise.resolve())
  }

  /** The same after a pause: for work that has just failed. */
  later(): void {
    this.#begin(() => this.#wait(FIRST_PAUSE))
  }

  /** Resolves when the work is done, or there is nothing to do any more. */
  async idle(): Promise<void> {
    await this.#running
  }

  #begin(wait: () => Promise<void>): void {
    if (this.#init.closing.aborted) return
    this.#isAsked = true
    this.#running ??= this.#run(wait())
  }

  async #run(begin: Promise<void>): Promise<void> {
    const { closing, task, onFailure } = this.#init
    await begin
    let pause = FIRST_PAUSE
    while (this.#isAsked && !closing.aborted) {
      this.#isAsked = false
      try {
        await task()
        pause = FIRST_PAUSE
      } catch (error) {
        if (closing.aborted) break
        this.#isAsked = true
        if (pause === FIRST_PAUSE) onFailure?.(error)
        await this.#wait(pause)
        pause = Math.min(2 * pause, MAX_PAUSE)
      }
    }
    this.#running = undefined
  }

  async #wait(milliseconds: number): Promise<void> {
    const { closing } = this.#init
    await delay(milliseconds, undefined, { signal: closing, ref: false }).catch(() => undefined)
  }
}
