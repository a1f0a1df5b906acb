/** Leaves the event loop to others now and then, within work that never waits. */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Milliseconds of work without a turn of the event loop. */
const LONGEST_TURN = 5

export class TurnTaking {
  #since = performance.now()

  /** Call it between two pieces of work. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#since < LONGEST_TURN) return
    await nextTurn()
    this.#since = performance.now()
  }
}
