/** Tasks that run together, and tasks that run alone, in the order of their calls. */
export class Turns {
  #alone: Promise<unknown> = Promise.resolve()
  readonly #together = new Set<Promise<unknown>>()

  /** Runs beside others of its kind, after the last task that runs alone. */
  together<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#alone.then(task)
    const ended: Promise<unknown> = result.catch(() => undefined)
    this.#together.add(ended)
    void ended.then(() => this.#together.delete(ended))
    return result
  }

  /** Runs when all earlier tasks have ended, before all later ones. */
  alone<T>(task: () => Promise<T>): Promise<T> {
    const before = Promise.all([this.#alone, ...this.#together])
    const result = before.then(task)
    this.#alone = result.catch(() => undefined)
    return result
  }
}
