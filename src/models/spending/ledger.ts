/**
 * The ledger: the maximum cost of a call is reserved before it and settled after it, both stored.
 * Before a call under a limit is sent, its reservation survives the process. Settling deletes the
 * reservation and writes the sum in one commit, so that a crash leaves one or the other. A
 * reservation found at the start is booked in full, since the cost of its call is unknown. A loss
 * of power may lose the spending of the last second.
 */
import { USAGE_DAYS } from '../constants.ts'
import { AgentDays } from './agent-days.ts'
import { BudgetCounters } from './budget-counters.ts'
import { WINDOW_MS } from './budgets.ts'
import { agentDifferences, rowDifference } from './ledger-audit.ts'
import { LedgerRecords } from './ledger-records.ts'
import { formatUsd } from './money.ts'
import { addCounted, addUncertain, UsageRows } from './usage-rows.ts'
import { totalOf } from '../provider.ts'
import type { Operation, Store } from '../../../crdt/index.ts'
import type { TokenUsage } from '../provider.ts'
import type { LedgerDifference } from './ledger-audit.ts'
import type { AgentDayLimits } from './agent-days.ts'
import type { BudgetCountersInit, BudgetState } from './budget-counters.ts'
import type { BudgetCounter } from './budgets.ts'
import type { UsageRow } from './ledger-records.ts'
import type { Picodollars } from './money.ts'
import type { Spent } from './usage-rows.ts'

export interface ReservationRequest {
  readonly agent: string
  readonly task: string
  readonly model: string
  /** The maximum; undefined if the price is unknown. */
  readonly cost: Picodollars | undefined
  readonly tokens: number
  /** The budget of this call. */
  readonly own?: BudgetCounter
}

export interface Reservation {
  /** Books the usage and cost that the provider reports. */
  settle(usage: TokenUsage, cost: Picodollars | undefined): void
  /** The call was not billed. */
  release(): void
  /** The usage is unknown: the whole reservation is booked. */
  forfeit(): void
}

export interface LedgerComponents extends BudgetCountersInit {
  readonly store: Pick<Store, 'section' | 'commit'>
  readonly now: () => number
  /** Limits that persons set for an agent; they may change at any time. */
  readonly agentLimits: (agent: string) => AgentDayLimits
  /** Called if spending cannot be written. */
  readonly onError: (error: unknown) => void
}

const { hour: HOUR, day: DAY } = WINDOW_MS

/**
 * Reservations and settlements survive the process; waiting for an fsync would add a millisecond to
 * each call.
 */
const WITHOUT_SYNC = { sync: false } as const
const WITH_SYNC = { sync: true } as const

/**
 * Milliseconds after which spending is fsynced, and a failed write repeated: a loss of power may
 * lose this much.
 */
const SYNC_INTERVAL = 1_000

/**
 * Ended reservations whose removal could not be written yet. Those beyond it are booked in full at
 * the next start.
 */
const MAX_UNWRITTEN = 10_000

export class Ledger {
  readonly #init: LedgerComponents
  readonly #store: LedgerComponents['store']
  readonly #records: LedgerRecords
  readonly #counters: BudgetCounters
  readonly #agentDays: AgentDays
  readonly #now: () => number
  readonly #rows = new UsageRows()
  /** A row is written in one commit with the removals of the reservations that it contains. */
  readonly #unwrittenRows = new Set<UsageRow>()
  #unwrittenRemovals: Operation[] = []
  #prunedHour = 0
  /** Commits that have not ended. */
  #commits = 0
  /** A failure is reported once, until a write succeeds again. */
  #isFailing = false
  /** Resolves when a reservation ends. */
  #changed = Promise.withResolvers<void>()
  #syncing: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(init: LedgerComponents) {
    const { store, now } = init
    this.#init = init
    this.#store = store
    this.#records = new LedgerRecords(store.section('models'))
    this.#counters = new BudgetCounters(init)
    this.#agentDays = new AgentDays(init.agentLimits)
    this.#now = now
  }

  async load(): Promise<void> {
    for await (const row of this.#records.rows()) this.#rows.put(row)
    this.#prune()
    for (const row of this.#rows.all()) {
      const tokens = totalOf(row) + row.uncertainTokens
      for (const counter of this.#loadedCounters(row)) counter.spend(row.cost, tokens, row.calls)
    }
    for await (const { removal, held: reservation } of this.#records.reservations()) {
      this.#unwrittenRemovals.push(removal)
      if (reservation === undefined) continue
      const { cost, tokens } = reservation
      const row = this.#rows.of(reservation)
      const [spent, spentTokens] = addUncertain(row, cost ?? undefined, tokens)
      for (const counter of this.#loadedCounters(row)) counter.spend(spent, spentTokens)
      this.#unwrittenRows.add(row)
    }
    // Not awaited: a node must start on a full disk.
    if (this.#unwrittenRemovals.length > 0) this.#write([])
  }

  /**
   * Waits while open reservations hold the rest of a budget; throws `ModelError` if the budget is
   * too small.
   */
  async reserve(request: ReservationRequest, signal: AbortSignal): Promise<Reservation> {
    const { cost, tokens, agent, task, model } = request
    let now = this.#now()
    let counters = this.#countersFor(request, now)
    while (counters.map((each) => each.fits(cost, tokens)).includes('later')) {
      await waitForChange(this.#changed.promise, signal)
      now = this.#now()
      counters = this.#countersFor(request, now)
    }
    for (const counter of counters) counter.reserve(cost, tokens)
    const hour = Math.floor(now / HOUR)
    const { put, removal } = this.#records.putReservation({
      hour,
      agent,
      task,
      model,
      cost: cost ?? null,
      tokens
    })
    const written = this.#store.commit([put], WITHOUT_SYNC)
    const unreserve = (): void => {
      for (const counter of counters) counter.unreserve(cost, tokens)
      const { resolve } = this.#changed
      this.#changed = Promise.withResolvers()
      resolve()
    }
    // Without a limit nothing depends on the disk; the order of commits is kept.
    if (!counters.some(({ isLimited }) => isLimited))
      written.catch((error: unknown) => this.#init.onError(error))
    else {
      try {
        await written
      } catch (error) {
        unreserve()
        throw error
      }
    }
    let open = true
    const close = (change: (row: UsageRow) => Spent): void => {
      if (!open) return
      open = false
      const row = this.#rows.of({ hour, agent, task, model })
      const [spent, spentTokens] = change(row)
      for (const counter of counters) counter.spend(spent, spentTokens)
      unreserve()
      for (const counter of counters)
        if (counter !== request.own) this.#counters.warnIfNearlySpent(counter)
      this.#write([removal], row)
    }
    return {
      settle: (usage, actual) => close((row) => addCounted(row, usage, actual, cost)),
      release: () => {
        if (!open) return
        open = false
        unreserve()
        this.#write([removal])
      },
      forfeit: () => close((row) => addUncertain(row, cost, tokens))
    }
  }

  rows(): UsageRow[] {
    return [...this.#rows.all()].map((row) => ({ ...row }))
  }

  /** Every configured limit, in its current window. */
  budgets(): BudgetState[] {
    return this.#counters.states(this.#now())
  }

  /** What an agent has spent on the current day, without what is reserved; `usd` as text. */
  spentBy(agent: string): {
    readonly usd: string
    readonly tokens: number
    readonly calls: number
  } {
    const { spentUsd, spentTokens, spentCalls } = this.#agentDays.at(agent, this.#now())
    return { usd: formatUsd(spentUsd), tokens: spentTokens, calls: spentCalls }
  }

  /** Days of agents that differ from the rows in memory. */
  differences(): LedgerDifference[] {
    return agentDifferences(this.#agentDays, this.#rows)
  }

  /** How the stored row of a key differs from memory; undefined if it does not, or is no row. */
  differenceOf(key: Uint8Array): Promise<LedgerDifference | undefined> {
    const isUnwritten = (row: UsageRow): boolean =>
      this.#commits > 0 || this.#unwrittenRows.has(row)
    return rowDifference(key, { records: this.#records, rows: this.#rows, isUnwritten })
  }

  /** Counters of the hour of a stored row; that of its agent if the row is of this day. */
  #loadedCounters(row: UsageRow): BudgetCounter[] {
    const counters = this.#counters.of(row, row.hour * HOUR)
    const isToday = Math.floor((row.hour * HOUR) / DAY) === Math.floor(this.#now() / DAY)
    return isToday ? [...counters, this.#agentDays.at(row.agent, row.hour * HOUR)] : counters
  }

  #countersFor(request: ReservationRequest, now: number): BudgetCounter[] {
    const counters = [...this.#counters.of(request, now), this.#agentDays.at(request.agent, now)]
    return request.own === undefined ? counters : [...counters, request.own]
  }

  /**
   * What cannot be written is written with the next settlement or sync. A reservation that is still
   * on disk at the next start is booked in full.
   */
  #write(removals: readonly Operation[], row?: UsageRow): void {
    this.#unwrittenRemovals.push(...removals)
    if (row !== undefined) this.#unwrittenRows.add(row)
    void this.#commit(this.#isClosed ? WITH_SYNC : WITHOUT_SYNC)
    this.#syncLater()
  }

  async #commit(options: { readonly sync: boolean }): Promise<void> {
    const removals = this.#unwrittenRemovals
    const rows = [...this.#unwrittenRows]
    this.#unwrittenRemovals = []
    this.#unwrittenRows.clear()
    const operations = [...removals, ...rows.map((row) => this.#records.putRow(row))]
    const onFailure = (): void => {
      for (const row of rows) this.#unwrittenRows.add(row)
      this.#unwrittenRemovals.unshift(...removals)
      this.#unwrittenRemovals.splice(0, this.#unwrittenRemovals.length - MAX_UNWRITTEN)
      this.#syncLater()
    }
    this.#commits += 1
    try {
      await this.#store.commit(operations, { ...options, onFailure })
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing) this.#init.onError(error)
      this.#isFailing = true
    } finally {
      this.#commits -= 1
    }
  }

  #syncLater(): void {
    if (this.#isClosed) return
    this.#syncing ??= setTimeout(() => void this.#sync(), SYNC_INTERVAL).unref()
  }

  /** Makes all earlier writes durable, since commits land in order. */
  async #sync(): Promise<void> {
    clearTimeout(this.#syncing)
    this.#syncing = undefined
    this.#prune()
    const { latest } = this.#rows
    if (latest !== undefined) this.#unwrittenRows.add(latest)
    await this.#commit(WITH_SYNC)
  }

  /** Drops the rows before the last `USAGE_DAYS`, once an hour. */
  #prune(): void {
    const hour = Math.floor(this.#now() / HOUR)
    if (hour === this.#prunedHour) return
    this.#prunedHour = hour
    for (const row of this.#rows.takeBefore(hour - USAGE_DAYS * 24)) {
      this.#unwrittenRows.delete(row)
      this.#unwrittenRemovals.push(this.#records.removeRow(row))
    }
  }

  /** Writes spending to disk. What is settled later is written at once, or booked in full at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#sync()
    // It may have failed with a write that was begun before it.
    if (this.#isFailing) await this.#sync()
    clearTimeout(this.#syncing)
    this.#syncing = undefined
  }
}

async function waitForChange(change: Promise<void>, signal: AbortSignal): Promise<void> {
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
