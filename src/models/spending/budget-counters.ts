/** The counters of all configured limits: one for each limit and window, created on demand. */
import { BudgetCounter, WINDOW_MS } from './budgets.ts'
import type { BudgetSettings, LimitInput, Window } from './budgets.ts'
import type { Picodollars } from './money.ts'

export interface BudgetState {
  readonly what: string
  readonly usd: Picodollars | undefined
  readonly tokens: number | undefined
  readonly spentUsd: Picodollars
  readonly spentTokens: number
  readonly reservedUsd: Picodollars
  readonly reservedTokens: number
}

export interface BudgetCountersInit {
  readonly budgets: BudgetSettings
  /** Called once for each window, when most of a budget is spent. */
  readonly onNearlySpent: (what: string) => void
}

export class BudgetCounters {
  readonly #init: BudgetCountersInit
  readonly #counters = new Map<string, BudgetCounter>()
  readonly #warned = new WeakSet<BudgetCounter>()

  constructor(init: BudgetCountersInit) {
    this.#init = init
  }

  /** The counters of a call of this agent and task at a time. */
  of(
    { agent, task }: { readonly agent: string; readonly task: string },
    at: number
  ): BudgetCounter[] {
    const { node, agents, tasks } = this.#init.budgets
    return [
      ...this.#windows('node', 'the node', node, at),
      ...this.#windows(`agent:${agent}`, `agent "${agent}"`, agents[agent] ?? {}, at),
      ...this.#windows(`task:${task}`, `task "${task}"`, tasks[task] ?? {}, at)
    ]
  }

  /** Every configured limit, in the window of a time. */
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
    return all.map(({ what, usd, tokens, spentUsd, spentTokens, reservedUsd, reservedTokens }) => ({
      what,
      usd,
      tokens,
      spentUsd,
      spentTokens,
      reservedUsd,
      reservedTokens
    }))
  }

  /** Warns once about a counter that is nearly spent. */
  warnIfNearlySpent(counter: BudgetCounter): void {
    if (this.#warned.has(counter) || !counter.isNearlySpent) return
    this.#warned.add(counter)
    this.#init.onNearlySpent(counter.what)
  }

  #windows(
    key: string,
    what: string,
    limits: { readonly [W in Window]?: LimitInput },
    at: number
  ): BudgetCounter[] {
    const counters: BudgetCounter[] = []
    for (const window of ['hour', 'day'] as const) {
      const limit = limits[window]
      if (limit === undefined) continue
      const number = Math.floor(at / WINDOW_MS[window])
      const id = `${key}/${window}/${number}`
      let counter = this.#counters.get(id)
      if (counter === undefined) {
        const end = (number + 1) * WINDOW_MS[window]
        counter = new BudgetCounter(`${what} for the ${window}`, limit, end)
        this.#counters.set(id, counter)
      }
      counters.push(counter)
    }
    return counters
  }
}
