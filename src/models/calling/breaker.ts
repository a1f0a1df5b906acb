/**
 * A circuit breaker: it opens when nearly all of the latest attempts failed; then one probe at a
 * time decides. An open breaker delays an attempt and never refuses one.
 */
import { BREAKER_MAX_PAUSE, BREAKER_PAUSE, BREAKER_RATIO, BREAKER_WINDOW } from '../constants.ts'

export type BreakerState = 'closed' | 'open' | 'half-open'

export class Breaker {
  readonly #outcomes: boolean[] = []
  #pause = BREAKER_PAUSE
  /** Undefined while closed. */
  #opensAt: number | undefined
  #probing = false

  stateAt(now: number): BreakerState {
    if (this.#opensAt === undefined) return 'closed'
    return now < this.#opensAt ? 'open' : 'half-open'
  }

  /** Milliseconds until the next attempt; 0 for now. During a probe, other attempts wait for it. */
  wait(now: number): number {
    if (this.#opensAt === undefined) return 0
    return this.#probing ? BREAKER_PAUSE / 10 : Math.max(0, this.#opensAt - now)
  }

  /** Call it when an attempt starts. */
  begin(): void {
    if (this.#opensAt !== undefined) this.#probing = true
  }

  /** The attempt ended without evidence about the model. */
  cancel(): void {
    this.#probing = false
  }

  record(succeeded: boolean, now: number): void {
    const probed = this.#probing
    this.#probing = false
    if (this.#opensAt !== undefined) {
      // An attempt that started before the breaker opened is no probe.
      if (succeeded) this.#close()
      else if (probed) this.#open(now, Math.min(this.#pause * 2, BREAKER_MAX_PAUSE))
      return
    }
    this.#outcomes.push(succeeded)
    if (this.#outcomes.length > BREAKER_WINDOW) this.#outcomes.shift()
    const failed = this.#outcomes.filter((each) => !each).length
    const full = this.#outcomes.length >= BREAKER_WINDOW
    if (full && failed >= BREAKER_RATIO * BREAKER_WINDOW) this.#open(now, BREAKER_PAUSE)
  }

  #open(now: number, pause: number): void {
    this.#pause = pause
    this.#opensAt = now + pause
  }

  #close(): void {
    this.#opensAt = undefined
    this.#pause = BREAKER_PAUSE
    this.#outcomes.length = 0
  }
}
