/**
 * What was acknowledged, by name. An operation that failed may have landed or not, so that each
 * name has one state or several, and any of them is right. What is read replaces them.
 */
import assert from 'node:assert/strict'

export interface Begun {
  acknowledge(): void
  /** It surely has no effect. */
  refuse(): void
}

export class Expected<State> {
  readonly #possible = new Map<string, readonly State[]>()
  readonly #initial: State
  readonly #onChange: (name: string, states: readonly State[]) => void
  /** What was acknowledged lately, and the states before. */
  #latest: { readonly at: bigint; readonly name: string; readonly before: readonly State[] }[] = []

  /** `onChange` receives the possible states of a name whenever they change. */
  constructor(
    initial: State,
    onChange: (name: string, states: readonly State[]) => void = () => undefined
  ) {
    this.#initial = initial
    this.#onChange = onChange
  }

  of(name: string): readonly State[] {
    return this.#possible.get(name) ?? [this.#initial]
  }

  names(): string[] {
    return [...this.#possible.keys()]
  }

  set(name: string, states: readonly State[]): void {
    const distinct = [...new Set(states)]
    this.#possible.set(name, distinct)
    this.#onChange(name, distinct)
  }

  /**
   * An operation begins: until it is acknowledged it may land or not, also where it fails. `next`:
   * what it makes of a state.
   */
  begin(name: string, next: (state: State) => State): Begun {
    const before = this.of(name)
    this.set(name, [...before, ...before.map((state) => next(state))])
    return {
      acknowledge: () => {
        this.#latest.push({ at: process.hrtime.bigint(), name, before })
        this.set(
          name,
          before.map((state) => next(state))
        )
      },
      refuse: () => this.set(name, before)
    }
  }

  /** What was acknowledged from a time on may not have landed. */
  doubt(since: bigint): void {
    for (const { at, name, before } of this.#latest) {
      if (at >= since) this.set(name, [...this.of(name), ...before])
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
    this.set(name, [state])
  }
}
