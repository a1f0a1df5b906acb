/** Runs asynchronous tasks one after the other, in the order of their calls. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve()

  /** Resolves as the task does. A failed task does not stop those behind it. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task)
    this.#last = result.catch(() => undefined)
    return result
  }
}
