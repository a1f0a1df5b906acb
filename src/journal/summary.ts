/** Sums of rows of the journal. */
import { MAX_NAMED } from './constants.ts'
import type { JournalRow } from './journal-row.ts'

/** Outcomes of one kind of row. */
export interface OutcomeSummary {
  readonly total: number
  readonly successes: number
  /** Of rows that state it: the median and the 95th percentile, in milliseconds. */
  readonly ms?: { readonly median: number; readonly p95: number }
  readonly costUsd: number
  readonly tokens: number
}

/** What the stored rows of an agent sum up to. */
export interface JournalSummary {
  readonly sessions: OutcomeSummary
  readonly actions: OutcomeSummary
  /** Sessions by class of task, the most frequent first; at most 20. */
  readonly tasks: readonly (OutcomeSummary & { readonly task: string })[]
  /** Failures by class of error, the most frequent first; at most 20. */
  readonly errors: readonly { readonly error: string; readonly count: number }[]
  /** The time of the oldest row that was counted. */
  readonly since?: Date
}

export class JournalSums {
  readonly #sessions = new Sums()
  readonly #actions = new Sums()
  readonly #tasks = new Map<string, Sums>()
  readonly #errors = new Map<string, number>()
  #since: Date | undefined

  add(row: JournalRow): void {
    if (this.#since === undefined || row.at < this.#since) this.#since = row.at
    if (row.kind === 'action') this.#actions.add(row)
    else {
      this.#sessions.add(row)
      const sums = this.#tasks.get(row.task) ?? new Sums()
      this.#tasks.set(row.task, sums)
      sums.add(row)
    }
    if (row.ok) return
    const error = row.error ?? 'unknown'
    this.#errors.set(error, (this.#errors.get(error) ?? 0) + 1)
  }

  result(): JournalSummary {
    return {
      sessions: this.#sessions.result(),
      actions: this.#actions.result(),
      tasks: [...this.#tasks]
        .map(([task, sums]) => ({ task, ...sums.result() }))
        .toSorted((a, b) => b.total - a.total || (a.task < b.task ? -1 : 1))
        .slice(0, MAX_NAMED),
      errors: [...this.#errors]
        .map(([error, count]) => ({ error, count }))
        .toSorted((a, b) => b.count - a.count || (a.error < b.error ? -1 : 1))
        .slice(0, MAX_NAMED),
      ...(this.#since === undefined ? {} : { since: this.#since })
    }
  }
}

class Sums {
  readonly #times: number[] = []
  #total = 0
  #successes = 0
  #costUsd = 0
  #tokens = 0

  add({ ok, ms, costUsd = 0, tokens = 0 }: JournalRow): void {
    this.#total += 1
    if (ok) this.#successes += 1
    if (ms !== undefined) this.#times.push(ms)
    this.#costUsd += costUsd
    this.#tokens += tokens
  }

  result(): OutcomeSummary {
    const times = this.#times.toSorted((a, b) => a - b)
    const at = (share: number): number => times[Math.ceil(share * times.length) - 1] ?? 0
    return {
      total: this.#total,
      successes: this.#successes,
      ...(times.length === 0 ? {} : { ms: { median: at(0.5), p95: at(0.95) } }),
      costUsd: this.#costUsd,
      tokens: this.#tokens
    }
  }
}
