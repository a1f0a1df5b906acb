/**
 * What each agent has spent on models on the current day, against limits that persons change at any
 * time. Every agent has a counter, with or without limits, so that a limit that is set at noon has
 * counted since midnight UTC.
 */
import { BudgetCounter, WINDOW_MS } from './budgets.ts'

/** Limits of an agent a day; an absent one is none. */
export interface AgentDayLimits {
  /** USD as text. */
  readonly usd?: string
  readonly tokens?: number
  /** Requests to models. */
  readonly calls?: number
}

interface AgentDay {
  readonly day: number
  readonly counter: BudgetCounter
}

const { day: DAY } = WINDOW_MS

export class AgentDays {
  readonly #limitsOf: (agent: string) => AgentDayLimits
  readonly #days = new Map<string, AgentDay>()

  constructor(limitsOf: (agent: string) => AgentDayLimits) {
    this.#limitsOf = limitsOf
  }

  /** The counter of the agent at a time. A clock that goes back to yesterday counts for today. */
  at(agent: string, time: number): BudgetCounter {
    const day = Math.floor(time / DAY)
    const known = this.#days.get(agent)
    const current = known !== undefined && known.day >= day ? known : newDay(agent, day)
    if (current !== known) this.#days.set(agent, current)
    current.counter.limitTo(this.#limitsOf(agent))
    return current.counter
  }

  /** Counters by agent, with the number of their day. */
  all(): IteratorObject<readonly [agent: string, day: AgentDay]> {
    return this.#days.entries()
  }
}

function newDay(agent: string, day: number): AgentDay {
  const what = `agent "${agent}" for the day (hive govern limits)`
  return { day, counter: new BudgetCounter(what, {}, (day + 1) * DAY) }
}
