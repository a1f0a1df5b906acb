/** The health of a model under its key: breaker, rate limits, and pause. */
import { Breaker } from './breaker.ts'
import { RateBucket } from './rate-bucket.ts'
import type { RateLimits } from './rate-bucket.ts'
import type { BreakerState } from './breaker.ts'
import type { ProviderFailure } from '../errors.ts'
import type { RateState } from '../provider.ts'

/** Milliseconds that a model over its limit pauses if the provider names no time. */
const DEFAULT_REST_MS = 1_000

export class Health {
  readonly #breaker = new Breaker()
  readonly #rate: RateBucket
  #restsUntil = 0

  constructor(limits?: RateLimits) {
    this.#rate = new RateBucket(limits)
  }

  /** Milliseconds until an attempt with this many tokens may start. */
  wait(tokens: number, now: number): number {
    const { [0]: longest = 0 } = [
      this.#breaker.wait(now),
      this.#rate.wait(tokens, now),
      this.#restsUntil - now
    ].toSorted((a, b) => b - a)
    return Math.max(0, longest)
  }

  begin(tokens: number): void {
    this.#breaker.begin()
    this.#rate.take(tokens)
  }

  succeeded(now: number): void {
    this.#breaker.record(true, now)
  }

  failed({ kind, retryAfter }: ProviderFailure, now: number): void {
    if (kind === 'limit' || retryAfter !== undefined) {
      this.#restsUntil = Math.max(this.#restsUntil, now + (retryAfter ?? DEFAULT_REST_MS))
    }
    if (kind === 'server' || kind === 'network' || kind === 'timeout') {
      this.#breaker.record(false, now)
    } else this.#breaker.cancel()
  }

  cancelled(): void {
    this.#breaker.cancel()
  }

  updateRateLimits(state: RateState, now: number): void {
    this.#rate.update(state, now)
  }

  stateAt(now: number): BreakerState | 'resting' {
    return this.#restsUntil > now ? 'resting' : this.#breaker.stateAt(now)
  }
}
