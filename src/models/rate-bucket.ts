/** What may be sent under a rate limit: what the provider's headers leave, counted down locally. */
import type { RateState } from './provider.ts'

interface Window {
  remaining: number
  until: number
}

export class RateBucket {
  readonly #windows = new Map<'requests' | 'tokens', Window>()

  /** What an answer said. Requests under way may not be in it yet: a 429 corrects that. */
  update(state: RateState, now: number): void {
    for (const kind of ['requests', 'tokens'] as const) {
      const said = state[kind]
      if (said === undefined) continue
      this.#windows.set(kind, { remaining: said.remaining, until: now + said.reset })
    }
  }

  /** Milliseconds until a request of so many tokens fits; 0 for now. */
  wait(tokens: number, now: number): number {
    return Math.max(this.#wait('requests', 1, now), this.#wait('tokens', tokens, now))
  }

  take(tokens: number): void {
    this.#take('requests', 1)
    this.#take('tokens', tokens)
  }

  #wait(kind: 'requests' | 'tokens', need: number, now: number): number {
    const window = this.#windows.get(kind)
    if (window === undefined || window.remaining >= need) return 0
    if (now < window.until) return window.until - now
    // A new window has begun; the next answer says what is in it.
    this.#windows.delete(kind)
    return 0
  }

  #take(kind: 'requests' | 'tokens', amount: number): void {
    const window = this.#windows.get(kind)
    if (window !== undefined) window.remaining = Math.max(0, window.remaining - amount)
  }
}
