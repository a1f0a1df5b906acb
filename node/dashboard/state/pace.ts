/**
 * When events load something again: not while it is loaded, which would begin that load anew without end,
 * and the longer a load takes, the later.
 */

/** Milliseconds from an event to the load. */
const QUIET = 1_500

/** At most a twentieth of the time is spent on loads. */
const RATIO = 20

export class Pace {
  #underWay = 0
  #took = 0

  /** A load begins. Returns what ends it. */
  begin(): () => void {
    const began = performance.now()
    this.#underWay += 1
    return () => {
      this.#underWay -= 1
      this.#took = performance.now() - began
    }
  }

  get isLoading(): boolean {
    return this.#underWay > 0
  }

  /** Milliseconds. */
  get delay(): number {
    return Math.max(QUIET, RATIO * this.#took)
  }
}
