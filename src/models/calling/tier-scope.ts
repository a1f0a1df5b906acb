/** The time of one tier of a call. If further tiers follow, its end leaves them the rest. */
import { CallScope } from './call-scope.ts'
import { ProviderFailure } from '../errors.ts'

export class TierScope implements Disposable {
  readonly #scope: CallScope | undefined
  readonly signal: AbortSignal
  /** Milliseconds of `performance.now()`. */
  readonly until: number

  /** `ends`: whether the tier ends before its call does. */
  constructor(call: AbortSignal, milliseconds: number, ends = false) {
    const time = Math.max(1, Math.floor(milliseconds))
    this.until = performance.now() + time
    const over = (): Error =>
      new ProviderFailure('timeout', `no answer within the tier's time of ${time} ms`)
    if (ends) this.#scope = new CallScope(time, over, call)
    this.signal = this.#scope?.signal ?? call
  }

  [Symbol.dispose](): void {
    this.#scope?.[Symbol.dispose]()
  }
}
