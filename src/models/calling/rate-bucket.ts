/**
 * The remaining rate limit: the values of the provider's headers, counted down locally; without
 * headers, the account's limits of the catalogue, by the minute.
 */
import type { RateState } from '../provider.ts'

export interface RateLimits {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
}

const MINUTE = 60_000

interface Window {
  remaining: number
  until: number
}

export class RateBucket {
  readonly #windows = new Map<'requests' | 'tokens', Window>()
  readonly #limits: Readonly<Record<'requests' | 'tokens', number | undefined>>

  constructor({ requestsPerMinute, tokensPerMinute }: RateLimits = {}) {
    this.#limits = { requests: requestsPerMinute, tokens: tokensPerMinute }
  }

  /** Takes the values of an answer. They may not include pending requests; a 429 corrects that. */
  update(state: RateState, now: number): void {
    for (const kind of ['requests', 'tokens'] as const) {
      const reported = state[kind]
      if (reported === undefined) continue
      this.#windows.set(kind, { remaining: reported.remaining, until: now + reported.reset })
    }
  }

  /** Milliseconds until a request with this many tokens fits; 0 for now. */
  wait(tokens: number, now: number): number {
    return Math.max(this.#wait('requests', 1, now), this.#wait('tokens', tokens, now))
  }

  take(tokens: number): void {
    this.#take('requests', 1)
    this.#take('tokens', tokens)
  }

  #wait(kind: 'requests' | 'tokens', need: number, now: number): number {
    const window = this.#windows.get(kind)
    if (window !== undefined && now < window.until) {
      return window.remaining >= need ? 0 : window.until - now
    }
    // A new window starts; the next answer or the catalogue gives its limit.
    const limit = this.#limits[kind]
    if (limit === undefined) this.#windows.delete(kind)
    else this.#windows.set(kind, { remaining: limit, until: now + MINUTE })
    return 0
  }

  #take(kind: 'requests' | 'tokens', amount: number): void {
    const window = this.#windows.get(kind)
    if (window !== undefined) window.remaining = Math.max(0, window.remaining - amount)
  }
}
