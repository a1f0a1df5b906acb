/** How long to wait between attempts, and how many retries a node may make in all. */
import { BACKOFF_BASE, BACKOFF_CAP, RETRIES_PER_SECOND, RETRY_BUDGET } from '../constants.ts'

/** Full jitter: anything up to the bound, which doubles with each failure. */
export function backoff(failures: number, random: () => number): number {
  return random() * Math.min(BACKOFF_CAP, BACKOFF_BASE * 2 ** Math.min(failures, 16))
}

/**
 * Calls earn retries, one each, and time earns some more: retries never outnumber calls for long,
 * so that a provider in trouble is not buried. An empty budget delays a retry, it refuses none.
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

  /** Takes one retry; milliseconds to wait before making it. */
  take(now: number): number {
    this.#left = Math.min(RETRY_BUDGET, this.#left + ((now - this.#at) * RETRIES_PER_SECOND) / 1000)
    this.#at = now
    this.#left -= 1
    return this.#left >= 0 ? 0 : (-this.#left * 1000) / RETRIES_PER_SECOND
  }
}
