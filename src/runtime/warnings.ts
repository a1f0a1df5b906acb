/** What the operator of a node should know: conditions that do not stop the node. */

/** At most this many are listed; the oldest leave first. */
const MAX_WARNINGS = 32

export class Warnings {
  readonly #texts = new Set<string>()
  #onWarn: (text: string) => void = () => undefined

  /** The latest ones, each once. */
  get texts(): readonly string[] {
    return [...this.#texts]
  }

  /** Called for each new one; those before are listed only. */
  follow(onWarn: (text: string) => void): void {
    this.#onWarn = onWarn
  }

  add(text: string): void {
    if (this.#texts.has(text)) return
    for (const oldest of this.#texts) {
      if (this.#texts.size < MAX_WARNINGS) break
      this.#texts.delete(oldest)
    }
    this.#texts.add(text)
    this.#onWarn(text)
  }

  /** The condition has ended. */
  remove(text: string): void {
    this.#texts.delete(text)
  }
}
