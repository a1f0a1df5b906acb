/**
 * Facts that are being published: they are neither changed nor removed until that has ended, so that
 * nothing is published of a fact that was forgotten or made private before.
 */
export class FactHolds {
  /** How many publications hold each fact, by name. */
  readonly #holders = new Map<string, number>()
  #waiting: (() => void)[] = []

  /** Holds facts until the result is called. */
  hold(names: readonly string[]): () => void {
    for (const name of names) this.#holders.set(name, (this.#holders.get(name) ?? 0) + 1)
    return () => {
      for (const name of names) {
        const left = (this.#holders.get(name) ?? 1) - 1
        if (left === 0) this.#holders.delete(name)
        else this.#holders.set(name, left)
      }
      const waiting = this.#waiting
      this.#waiting = []
      for (const resume of waiting) resume()
    }
  }

  /** Resolves when none of the facts is held. */
  async whenFree(names: readonly string[]): Promise<void> {
    if (this.#holders.size === 0) return
    while (names.some((name) => this.#holders.has(name))) {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      this.#waiting.push(() => resolve(undefined))
      await promise
    }
  }
}
