/** How long the index takes for the items that it lacks, by how long it took for others. */

/** A run of fewer items says more about its commit than about its items. */
const MIN_ITEMS = 500

/** The share of the last run in the average. */
const SHARE = 0.5

export class IndexPace {
  /** Milliseconds an item; 0 before the first run. */
  #cost = 0

  /** Notes that a run took `milliseconds` to index `items`. */
  add(items: number, milliseconds: number): void {
    if (items < MIN_ITEMS) return
    const cost = milliseconds / items
    this.#cost = this.#cost === 0 ? cost : this.#cost + SHARE * (cost - this.#cost)
  }

  /** The milliseconds that indexing `items` should take; 0 before the first run. */
  timeFor(items: number): number {
    return items * this.#cost
  }
}
