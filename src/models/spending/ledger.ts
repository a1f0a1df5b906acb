/**
 * The ledger: what calls may cost is set aside before they are made and settled after, both stored.
 *
 * A reservation outlives the process before a call under a limit is sent. Settling removes it and
 * writes the sum in one commit, so that a crash leaves the one or the other. Reservations found at
 * the start are counted in full, as spent in their hour: what such a call cost is not known. A loss
 * of power may forget what the last second spent.
 */
import { USAGE_DAYS } from '../constants.ts'
import { Counter, WINDOW_MS } from './budgets.ts'
import { LedgerRecords, rowKey } from './ledger-records.ts'
import { totalOf } from '../provider.ts'
import type { Operation, Store } from '../../../crdt/index.ts'
import type { BudgetSettings, LimitInput, Window } from './budgets.ts'
import type { UsageRow } from './ledger-records.ts'
import type { Picodollars } from './money.ts'
import type { TokenUsage } from '../provider.ts'

export interface Claim {
  readonly agent: string
  readonly task: string
  readonly model: string
  /** At most; undefined where the price is unknown. */
  readonly cost: Picodollars | undefined
  readonly tokens: number
  /** Of the call alone. */
  readonly own?: Counter
}

export interface Reservation {
  /** What the call took and cost, by the provider's count. */
  settle(usage: TokenUsage, cost: Picodollars | undefined): void
  /** The call was not billed. */
  release(): void
  /** Nobody knows what the call took: all of the reservation counts. */
  forfeit(): void
}

export interface BudgetState {
  readonly what: string
  readonly usd: Picodollars | undefined
  readonly tokens: number | undefined
  readonly spentUsd: Picodollars
  readonly spentTokens: number
  readonly heldUsd: Picodollars
  readonly heldTokens: number
}

export interface LedgerComponents {
  readonly store: Pick<Store, 'section' | 'commit'>
  readonly budgets: BudgetSettings
  readonly now: () => number
  /** Most of a budget is spent; once for each window. */
  readonly onNearlySpent: (what: string) => void
  /** What was spent could not be written. */
  readonly onFailed: (error: unknown) => void
}

const HOUR = WINDOW_MS.hour

/** What is reserved and settled outlives the process; waiting for the disk would cost a call a millisecond. */
const WITHOUT_SYNC = { sync: false } as const

/** Milliseconds after which what was spent is on disk: what a loss of power may forget. */
const SYNC_INTERVAL = 1_000

export class Ledger {
  readonly #init: LedgerComponents
  readonly #store: LedgerComponents['store']
  readonly #records: LedgerRecords
  readonly #budgets: BudgetSettings
  readonly #now: () => number
  readonly #rows = new Map<string, UsageRow>()
  readonly #counters = new Map<string, Counter>()
  #changed = Promise.withResolvers<void>()
  readonly #warned = new WeakSet<Counter>()
  #syncing: NodeJS.Timeout | undefined

  constructor(init: LedgerComponents) {
    const { store, budgets, now } = init
    this.#init = init
    this.#store = store
    this.#records = new LedgerRecords(store.section('models'))
    this.#budgets = budgets
    this.#now = now
  }

  async load(): Promise<void> {
    const operations: Operation[] = []
    const oldest = Math.floor(this.#now() / HOUR) - USAGE_DAYS * 24
    for await (const row of this.#records.rows()) {
      if (row.hour < oldest) operations.push(this.#records.removeRow(row))
      else this.#rows.set(rowKey(row), row)
    }
    for (const row of this.#rows.values()) {
      for (const counter of this.#countersOf(row, row.hour * HOUR)) {
        counter.spentUsd += row.cost
        counter.spentTokens += totalOf(row) + row.uncertainTokens
      }
    }
    for await (const { removal, held } of this.#records.held()) {
      operations.push(removal)
      if (held === undefined) continue
      const { cost, tokens } = held
      const row = this.#rowOf(held)
      for (const counter of this.#countersOf(row, row.hour * HOUR)) {
        counter.spentUsd += cost ?? 0n
        counter.spentTokens += tokens
      }
      addUncertain(row, cost ?? undefined, tokens)
      operations.push(this.#records.putRow(row))
    }
    await this.#store.commit(operations)
  }

  /** Waits while calls under way hold what is left; throws `ModelError` when the budget is too small. */
  async reserve(claim: Claim, signal: AbortSignal): Promise<Reservation> {
    const { cost, tokens, agent, task, model } = claim
    let now = this.#now()
    let counters = this.#limitsOf(claim, now)
    while (counters.map((each) => each.fits(cost, tokens)).includes('later')) {
      await settled(this.#changed.promise, signal)
      now = this.#now()
      counters = this.#limitsOf(claim, now)
    }
    for (const counter of counters) {
      counter.heldUsd += cost ?? 0n
      counter.heldTokens += tokens
    }
    const hour = Math.floor(now / HOUR)
    const { put, removal } = this.#records.hold({
      hour,
      agent,
      task,
      model,
      cost: cost ?? null,
      tokens
    })
    const written = this.#store.commit([put], WITHOUT_SYNC)
    const unhold = (): void => {
      for (const counter of counters) {
        counter.heldUsd -= cost ?? 0n
        counter.heldTokens -= tokens
      }
      const { resolve } = this.#changed
      this.#changed = Promise.withResolvers()
      resolve()
    }
    // Without a limit nothing depends on the disk; the order of commits is kept all the same.
    if (counters.length === 0) written.catch((error: unknown) => this.#init.onFailed(error))
    else {
      try {
        await written
      } catch (error) {
        unhold()
        throw error
      }
    }
    let open = true
    const close = (change: (row: UsageRow) => [Picodollars, number]): void => {
      if (!open) return
      open = false
      const row = this.#rowOf({ hour, agent, task, model })
      const [spent, spentTokens] = change(row)
      for (const counter of counters) {
        counter.spentUsd += spent
        counter.spentTokens += spentTokens
      }
      unhold()
      for (const counter of counters) if (counter !== claim.own) this.#warnOf(counter)
      this.#write([removal, this.#records.putRow(row)])
    }
    return {
      settle: (usage, actual) =>
        close((row) => {
          row.calls += 1
          for (const kind of ['input', 'cacheRead', 'cacheWrite', 'output'] as const) {
            row[kind] += usage[kind]
          }
          // A price is missing for what the call took: the bound stands for it.
          if (actual === undefined && cost !== undefined) row.uncertain += cost
          if (actual === undefined && cost === undefined) row.unpriced += 1
          const spent = actual ?? cost ?? 0n
          row.cost += spent
          return [spent, totalOf(usage)]
        }),
      release: () => {
        if (!open) return
        open = false
        unhold()
        this.#write([removal])
      },
      forfeit: () =>
        close((row) => {
          addUncertain(row, cost, tokens)
          return [cost ?? 0n, tokens]
        })
    }
  }

  rows(): UsageRow[] {
    return [...this.#rows.values()].map((row) => ({ ...row }))
  }

  /** Every limit that is configured, in its present window. */
  budgets(): BudgetState[] {
    const now = this.#now()
    const { node, agents, tasks } = this.#budgets
    const all = [
      ...this.#windows('node', 'the node', node, now),
      ...Object.entries(agents).flatMap(([name, limits]) =>
        this.#windows(`agent:${name}`, `agent "${name}"`, limits, now)
      ),
      ...Object.entries(tasks).flatMap(([name, limits]) =>
        this.#windows(`task:${name}`, `task "${name}"`, limits, now)
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

  #limitsOf(claim: Claim, now: number): Counter[] {
    const counters = this.#countersOf(claim, now)
    return claim.own === undefined ? counters : [...counters, claim.own]
  }

  #countersOf({ agent, task }: Pick<Claim, 'agent' | 'task'>, at: number): Counter[] {
    const { node, agents, tasks } = this.#budgets
    return [
      ...this.#windows('node', 'the node', node, at),
      ...this.#windows(`agent:${agent}`, `agent "${agent}"`, agents[agent] ?? {}, at),
      ...this.#windows(`task:${task}`, `task "${task}"`, tasks[task] ?? {}, at)
    ]
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

  #rowOf(names: Pick<UsageRow, 'hour' | 'agent' | 'task' | 'model'>): UsageRow {
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

  /** A settlement that cannot be written leaves its reservation, which counts in full at the next start. */
  #write(operations: readonly Operation[]): void {
    this.#store
      .commit(operations, WITHOUT_SYNC)
      .catch((error: unknown) => this.#init.onFailed(error))
    this.#syncing ??= setTimeout(() => void this.#sync(), SYNC_INTERVAL).unref()
  }

  /** On disk is what was written before, since commits land in their order. */
  async #sync(): Promise<void> {
    clearTimeout(this.#syncing)
    this.#syncing = undefined
    const [row] = [...this.#rows.values()].slice(-1)
    if (row === undefined) return
    try {
      await this.#store.commit([this.#records.putRow(row)])
    } catch (error) {
      this.#init.onFailed(error)
    }
  }

  #warnOf(counter: Counter): void {
    if (this.#warned.has(counter) || !counter.isNearlySpent) return
    this.#warned.add(counter)
    this.#init.onNearlySpent(counter.what)
  }

  /** Puts what was spent on disk. */
  close(): Promise<void> {
    return this.#sync()
  }
}

function addUncertain(row: UsageRow, cost: Picodollars | undefined, tokens: number): void {
  row.calls += 1
  row.uncertainTokens += tokens
  row.cost += cost ?? 0n
  row.uncertain += cost ?? 0n
  if (cost === undefined) row.unpriced += 1
}

async function settled(change: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const left = Promise.withResolvers<never>()
  const onAbort = (): void => left.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([change, left.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
