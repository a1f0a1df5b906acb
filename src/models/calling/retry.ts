/** The wait between attempts, and the budget of retries of a node. */
import { BACKOFF_BASE, BACKOFF_CAP, RETRIES_PER_SECOND, RETRY_BUDGET } from '../constants.ts'

/** Full jitter: a random wait up to a bound that doubles with each failure. */
export function backoff(failures: number, random: () => number): number {
  return random() * Math.min(BACKOFF_CAP, BACKOFF_BASE * 2 ** Math.min(failures, 16))
}

/**
 * Each call earns one retry, and time earns more. Retries never outnumber calls for long, so that a
 * failing provider is not overloaded. An empty budget delays a retry; it refuses one that would
 * come after the end of its call.
 */
export class RetryBudget {
  #left = RETRY_BUDGET
  #at: number

  constructor(now: number) {
    this.#at = now
  }

  earn(): void {
    this.#left = Math.min(RETRY_BUDGET, this.#left + 1)
  }

  /**
   * Takes one retry; returns the milliseconds to wait before it. Takes none and returns undefined
   * if the wait would exceed `longest`.
   */
  take(now: number, longest: number): number | undefined {
    this.#left = Math.min(RETRY_BUDGET, this.#left + ((now - this.#at) * RETRIES_PER_SECOND) / 1000)
    this.#at = now
    const left = this.#left - 1
    const wait = left >= 0 ? 0 : (-left * 1000) / RETRIES_PER_SECOND
    if (wait > longest) return undefined
    this.#left = left
    return wait
  }
}
