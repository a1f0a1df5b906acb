/** Spending in memory: a row for each hour, agent, class of task and model. */
import { totalOf } from '../provider.ts'
import { rowKey } from './ledger-records.ts'
import type { TokenUsage } from '../provider.ts'
import type { UsageRow } from './ledger-records.ts'
import type { Picodollars } from './money.ts'

/** The amounts that a call adds to its budgets. */
export type Spent = readonly [cost: Picodollars, tokens: number]

export class UsageRows {
  readonly #rows = new Map<string, UsageRow>()

  get latest(): UsageRow | undefined {
    return [...this.#rows.values()].at(-1)
  }

  /** Removes the rows before an hour, and returns them. */
  takeBefore(hour: number): UsageRow[] {
    const taken = [...this.#rows.values()].filter((row) => row.hour < hour)
    for (const row of taken) this.#rows.delete(rowKey(row))
    return taken
  }

  all(): IteratorObject<UsageRow> {
    return this.#rows.values()
  }

  get(names: Pick<UsageRow, 'hour' | 'agent' | 'task' | 'model'>): UsageRow | undefined {
    return this.#rows.get(rowKey(names))
  }

  put(row: UsageRow): void {
    this.#rows.set(rowKey(row), row)
  }

  /** The row of these names; a new one has no spending. */
  of(names: Pick<UsageRow, 'hour' | 'agent' | 'task' | 'model'>): UsageRow {
    const key = rowKey(names)
    let row = this.#rows.get(key)
    if (row === undefined) {
      const { hour, agent, task, model } = names
      const counts = { calls: 0, input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }
      const sums = { cost: 0n, uncertain: 0n, uncertainTokens: 0, unpriced: 0 }
      row = { hour, agent, task, model, ...counts, ...sums }
      this.#rows.set(key, row)
    }
    return row
  }
}

/** Adds a call by the provider's usage; `reserved` replaces an unknown cost. */
export function addCounted(
  row: UsageRow,
  usage: TokenUsage,
  cost: Picodollars | undefined,
  reserved: Picodollars | undefined
): Spent {
  row.calls += 1
  for (const kind of ['input', 'cacheRead', 'cacheWrite', 'output'] as const) {
    row[kind] += usage[kind]
  }
  // A price is missing: the reserved bound is booked.
  if (cost === undefined && reserved !== undefined) row.uncertain += reserved
  if (cost === undefined && reserved === undefined) row.unpriced += 1
  const spent = cost ?? reserved ?? 0n
  row.cost += spent
  return [spent, totalOf(usage)]
}

/** Adds a call with an unknown outcome: its whole reservation. */
export function addUncertain(
  row: UsageRow,
  reserved: Picodollars | undefined,
  tokens: number
): Spent {
  row.calls += 1
  row.uncertainTokens += tokens
  row.cost += reserved ?? 0n
  row.uncertain += reserved ?? 0n
  if (reserved === undefined) row.unpriced += 1
  return [reserved ?? 0n, tokens]
}
