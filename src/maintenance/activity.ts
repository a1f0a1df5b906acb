/** Tells an idle node from a busy one by how far its logs have grown since the last look. */

/** Items that may come between two looks at an idle node: gossip hardly ever ends. */
const MAX_IDLE_ITEMS = 16

export class Activity {
  #ends: readonly number[] = []

  /** Whether no log has grown by more than a few items since the last look. */
  isIdle(ends: readonly number[]): boolean {
    const before = this.#ends
    this.#ends = ends
    return ends.every((end, i) => end - (before[i] ?? 0) <= MAX_IDLE_ITEMS)
  }

  /** Does not count what was appended up to here: a node's own upkeep. */
  leaveOut(ends: readonly number[]): void {
    this.#ends = ends
  }
}
