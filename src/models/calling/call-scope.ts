/**
 * The time and the signal of one call: the caller's signal and a deadline. No timer outlives the
 * call.
 */
import { ModelError } from '../errors.ts'

export class CallScope implements Disposable {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  readonly #onAbort: () => void

  constructor(milliseconds: number, error: () => Error, outer?: AbortSignal) {
    this.#outer = outer
    this.#timer = setTimeout(() => this.#controller.abort(error()), milliseconds)
    this.#onAbort = () => this.#controller.abort(outer?.reason)
    if (outer?.aborted === true) this.#onAbort()
    else outer?.addEventListener('abort', this.#onAbort, { once: true })
  }

  static call(milliseconds: number, outer: AbortSignal | undefined): CallScope {
    const text = `The call exceeded its timeout of ${milliseconds} ms. Raise \`timeout\`.`
    return new CallScope(milliseconds, () => new ModelError('DEADLINE', text), outer)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(reason: Error): void {
    this.#controller.abort(reason)
  }

  /** Ends the deadline; the outer signal still counts. */
  stopClock(): void {
    clearTimeout(this.#timer)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#onAbort)
  }
}
