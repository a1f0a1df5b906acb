/**
 * What was acknowledged, by name. An operation that failed may have landed or not, so that each
 * name has one state or several, and any of them is right. What is read replaces them.
 */
import assert from 'node:assert/strict'

export class Expected<State> {
  readonly #possible = new Map<string, readonly State[]>()
  readonly #initial: State
  /** What was acknowledged lately, and the states before. */
  #latest: { readonly at: bigint; readonly name: string; readonly before: readonly State[] }[] = []

  constructor(initial: State) {
    this.#initial = initial
  }

  of(name: string): readonly State[] {
    return this.#possible.get(name) ?? [this.#initial]
  }

  names(): string[] {
    return [...this.#possible.keys()]
  }

  /** An operation was acknowledged. `next`: what it makes of a state. */
  acknowledged(name: string, next: (state: State) => State): void {
    this.#latest.push({ at: process.hrtime.bigint(), name, before: this.of(name) })
    this.#possible.set(name, [...new Set(this.of(name).map((state) => next(state)))])
  }

  /** An operation failed. */
  failed(name: string, next: (state: State) => State): void {
    const before = this.of(name)
    this.#possible.set(name, [...new Set([...before, ...before.map((state) => next(state))])])
  }

  /** What was acknowledged from a time on may not have landed. */
  doubt(since: bigint): void {
    for (const { at, name, before } of this.#latest) {
      if (at >= since) this.#possible.set(name, [...new Set([...this.of(name), ...before])])
    }
    this.#latest = []
  }

  /** What is there. */
  found(name: string, state: State): void {
    const possible = this.of(name)
    assert.ok(
      possible.includes(state),
      `${name} is ${String(state)}, acknowledged was ${possible.join(' or ')}`
    )
    this.#possible.set(name, [state])
  }
}
