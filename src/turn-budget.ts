/** Gives the event loop its turn after so much work of a loop, so that no amount of data stalls it. */
import { setImmediate as nextTurn } from 'node:timers/promises'

export class TurnBudget {
  readonly #limit: number
  readonly #pass: (() => Promise<void>) | undefined
  #spent = 0

  /**
   * `limit`: units of work that take about 5 ms, such as characters. `pass` is waited for in each
   * turn, so that other work can go first.
   */
  constructor(limit: number, pass?: () => Promise<void>) {
    this.#limit = limit
    this.#pass = pass
  }

  /** Resolves at once, or in the next turn if the budget of this one is spent. */
  async spend(units: number): Promise<void> {
    this.#spent += units
    if (this.#spent < this.#limit) return
    this.#spent = 0
    await nextTurn()
    await this.#pass?.()
  }
}
