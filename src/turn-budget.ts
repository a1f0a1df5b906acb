/** Gives the event loop its turn after so much work of a loop, so that no amount of data stalls it. */
import { setImmediate as nextTurn } from 'node:timers/promises'

export class TurnBudget {
  readonly #limit: number
  #spent = 0

  /** `limit`: units of work that take about 5 ms, such as characters. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Resolves at once, or in the next turn if the budget of this one is spent. */
  async spend(units: number): Promise<void> {
    this.#spent += units
    if (this.#spent < this.#limit) return
    this.#spent = 0
    await nextTurn()
  }
}
