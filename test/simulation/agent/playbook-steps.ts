/** The steps of playbooks that calls have inserted, and nobody has begun to remove. */

export class PlaybookSteps {
  /** By goal, then by step: the node. */
  readonly #steps = new Map<string, Map<string, string>>()
  #isDoubted = false

  /** Whether a disk was damaged, a copy put back, or a member revoked: others may build on what is lost. */
  get isDoubted(): boolean {
    return this.#isDoubted
  }

  doubt(): void {
    this.#isDoubted = true
  }

  insert(goal: string, step: string, node: string): void {
    const steps = this.#steps.get(goal) ?? new Map<string, string>()
    this.#steps.set(goal, steps.set(step, node))
  }

  mayRemove(goal: string, step: string): void {
    this.#steps.get(goal)?.delete(step)
  }

  /** By goal: steps, and the nodes that inserted them. */
  all(): Iterable<readonly [goal: string, steps: ReadonlyMap<string, string>]> {
    return this.#steps
  }
}
