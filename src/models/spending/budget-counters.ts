/** The counters of all limits that are configured: a counter for each limit and window, made when it is needed. */
import { Counter, WINDOW_MS } from './budgets.ts'
import type { BudgetSettings, LimitInput, Window } from './budgets.ts'
import type { Picodollars } from './money.ts'

export interface BudgetState {
  readonly what: string
  readonly usd: Picodollars | undefined
  readonly tokens: number | undefined
  readonly spentUsd: Picodollars
  readonly spentTokens: number
  readonly heldUsd: Picodollars
  readonly heldTokens: number
}

export interface BudgetCountersInit {
  readonly budgets: BudgetSettings
  /** Most of a budget is spent; once for each window. */
  readonly onNearlySpent: (what: string) => void
}

export class BudgetCounters {
  readonly #init: BudgetCountersInit
  readonly #counters = new Map<string, Counter>()
  readonly #warned = new WeakSet<Counter>()

  constructor(init: BudgetCountersInit) {
    this.#init = init
  }

  /** Those that a call of this agent and task counts against at a time. */
  of({ agent, task }: { readonly agent: string; readonly task: string }, at: number): Counter[] {
    const { node, agents, tasks } = this.#init.budgets
    return [
      ...this.#windows('node', 'the node', node, at),
      ...this.#windows(`agent:${agent}`, `agent "${agent}"`, agents[agent] ?? {}, at),
      ...this.#windows(`task:${task}`, `task "${task}"`, tasks[task] ?? {}, at)
    ]
  }

  /** Every limit that is configured, in the window of a time. */
  states(at: number): BudgetState[] {
    const { node, agents, tasks } = this.#init.budgets
    const all = [
      ...this.#windows('node', 'the node', node, at),
      ...Object.entries(agents).flatMap(([name, limits]) =>
        this.#windows(`agent:${name}`, `agent "${name}"`, limits, at)
      ),
      ...Object.entries(tasks).flatMap(([name, limits]) =>
        this.#windows(`task:${name}`, `task "${name}"`, limits, at)
      )
    ]
    return all.map(({ what, usd, tokens, spentUsd, spentTokens, heldUsd, heldTokens }) => ({
      what,
      usd,
      tokens,
      spentUsd,
      spentTokens,
      heldUsd,
      heldTokens
    }))
  }

  /** Warns once of a counter that is nearly spent. */
  warnOf(counter: Counter): void {
    if (this.#warned.has(counter) || !counter.isNearlySpent) return
    this.#warned.add(counter)
    this.#init.onNearlySpent(counter.what)
  }

  #windows(
    key: string,
    what: string,
    limits: { readonly [W in Window]?: LimitInput },
    at: number
  ): Counter[] {
    const counters: Counter[] = []
    for (const window of ['hour', 'day'] as const) {
      const limit = limits[window]
      if (limit === undefined) continue
      const id = `${key}/${window}/${Math.floor(at / WINDOW_MS[window])}`
      let counter = this.#counters.get(id)
      if (counter === undefined) {
        counter = new Counter(`${what} for the ${window}`, limit)
        this.#counters.set(id, counter)
      }
      counters.push(counter)
    }
    return counters
  }
}
