/** Sends one after the other: a call while one sends makes it send once more, and none fails. */
import type { SourceInit } from './stem-path.ts'

export interface SendLoopInit extends Pick<SourceInit<unknown>, 'onError' | 'startEmbargo'> {
  /** Sends what was not sent yet. Where it fails, it is called again after an embargo. */
  readonly task: () => Promise<void>
}

export class SendLoop {
  readonly #init: SendLoopInit
  #sending: Promise<void> | undefined
  #sendAgain = false

  constructor(init: SendLoopInit) {
    this.#init = init
  }

  /** Returns at once. */
  send(): void {
    if (this.#sending !== undefined) {
      this.#sendAgain = true
      return
    }
    this.#sendAgain = false
    this.#sending = this.#init
      .task()
      .catch((error: unknown) => {
        this.#init.startEmbargo(() => Promise.resolve(this.send()))
        this.#init.onError(error)
      })
      .finally(() => {
        this.#sending = undefined
        if (this.#sendAgain) this.send()
      })
  }

  async idle(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending
  }
}
