/**
 * Lets questions go before the index: what it lacks is read on the event loop, where an answer takes
 * several turns. While questions come without a pause, the index still gets its share.
 */
import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds without a question after which the index goes on. */
const QUIET_MS = 20

/** Milliseconds that one step of the index waits; a step takes about 5. */
const MAX_PAUSE_MS = 25

export class IndexTurns {
  #asked = Number.NEGATIVE_INFINITY

  /** A question came, or goes on. */
  asked(): void {
    this.#asked = performance.now()
  }

  /** Resolves when the index may take its next step. */
  async pass(): Promise<void> {
    const end = performance.now() + MAX_PAUSE_MS
    for (;;) {
      const now = performance.now()
      const quiet = this.#asked + QUIET_MS
      if (now >= quiet || now >= end) return
      await delay(Math.min(quiet, end) - now)
    }
  }
}
