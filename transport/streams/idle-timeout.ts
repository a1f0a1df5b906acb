/** The end of an exchange in which nothing moves. */
/** Aborts its signal when `refresh` was not called for `milliseconds`. */
export class IdleTimeout {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Error(`The peer sent nothing for ${milliseconds} ms.`))
    }, milliseconds)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readonly refresh = (): void => {
    this.#timer.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
