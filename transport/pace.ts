/** A token bucket: limits the rate of something, and allows bursts. */
export class Pace {
  readonly #perSecond: number
  readonly #burst: number
  readonly #now: () => number
  #left: number
  #at: number

  constructor(perSecond: number, burst: number, now: () => number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#now = now
    this.#left = burst
    this.#at = now()
  }

  /** Takes `count`; returns how many milliseconds must pass first. */
  take(count: number): number {
    this.#gain()
    this.#left -= count
    return this.#left >= 0 ? 0 : (-this.#left * 1000) / this.#perSecond
  }

  /** Takes `count` if it is there now. */
  tryTake(count: number): boolean {
    this.#gain()
    if (this.#left < count) return false
    this.#left -= count
    return true
  }

  /** Whether anything can be taken without a wait. */
  get isOpen(): boolean {
    this.#gain()
    return this.#left > 0
  }

  #gain(): void {
    const now = this.#now()
    const gained = (Math.max(0, now - this.#at) * this.#perSecond) / 1000
    this.#left = Math.min(this.#burst, this.#left + gained)
    this.#at = now
  }
}
