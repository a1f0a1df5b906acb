/** Leaves the event loop to others now and then, within work that never waits. */

/** Milliseconds of work in one turn of the event loop. */
const LONGEST_TURN = 5

export class TurnTaking {
  /** When the work began in this turn; undefined where it has not. */
  #since: number | undefined

  /** Call it between two pieces of work: waits for the next turn where this one has taken long. */
  async breathe(): Promise<void> {
    if (this.#since === undefined) {
      this.#since = performance.now()
      setImmediate(() => {
        this.#since = undefined
      })
    } else if (performance.now() - this.#since >= LONGEST_TURN) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
    }
  }
}
