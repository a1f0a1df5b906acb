/**
 * The ledger: what calls may cost is set aside before they are made and settled after, both stored.
 *
 * A reservation outlives the process before a call under a limit is sent. Settling removes it and
 * writes the sum in one commit, so that a crash leaves the one or the other. Reservations found at
 * the start are counted in full, as spent in their hour: what such a call cost is not known. A loss
 * of power may forget what the last second spent.
 */
import { USAGE_DAYS } from '../constants.ts'
import { BudgetCounters } from './budget-counters.ts'
import { WINDOW_MS } from './budgets.ts'
import { LedgerRecords } from './ledger-records.ts'
import { addCounted, addUncertain, UsageRows } from './usage-rows.ts'
import { totalOf } from '../provider.ts'
import type { Operation, Store } from '../../../crdt/index.ts'
import type { TokenUsage } from '../provider.ts'
import type { BudgetCountersInit, BudgetState } from './budget-counters.ts'
import type { BudgetCounter } from './budgets.ts'
import type { UsageRow } from './ledger-records.ts'
import type { Picodollars } from './money.ts'
import type { Spent } from './usage-rows.ts'

export interface ReservationRequest {
  readonly agent: string
  readonly task: string
  readonly model: string
  /** At most; undefined where the price is unknown. */
  readonly cost: Picodollars | undefined
  readonly tokens: number
  /** Of the call alone. */
  readonly own?: BudgetCounter
}

export interface Reservation {
  /** What the call took and cost, by the provider's count. */
  settle(usage: TokenUsage, cost: Picodollars | undefined): void
  /** The call was not billed. */
  release(): void
  /** Nobody knows what the call took: all of the reservation counts. */
  forfeit(): void
}

export interface LedgerComponents extends BudgetCountersInit {
  readonly store: Pick<Store, 'section' | 'commit'>
  readonly now: () => number
  /** What was spent could not be written. */
  readonly onError: (error: unknown) => void
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
  readonly #counters: BudgetCounters
  readonly #now: () => number
  readonly #rows = new UsageRows()
  /** Resolves when a reservation ends. */
  #changed = Promise.withResolvers<void>()
  #syncing: NodeJS.Timeout | undefined

  constructor(init: LedgerComponents) {
    const { store, now } = init
    this.#init = init
    this.#store = store
    this.#records = new LedgerRecords(store.section('models'))
    this.#counters = new BudgetCounters(init)
    this.#now = now
  }

  async load(): Promise<void> {
    const operations: Operation[] = []
    const oldest = Math.floor(this.#now() / HOUR) - USAGE_DAYS * 24
    for await (const row of this.#records.rows()) {
      if (row.hour < oldest) operations.push(this.#records.removeRow(row))
      else this.#rows.put(row)
    }
    for (const row of this.#rows.all()) {
      for (const counter of this.#counters.of(row, row.hour * HOUR)) {
        counter.spentUsd += row.cost
        counter.spentTokens += totalOf(row) + row.uncertainTokens
      }
    }
    for await (const { removal, held: reservation } of this.#records.reservations()) {
      operations.push(removal)
      if (reservation === undefined) continue
      const { cost, tokens } = reservation
      const row = this.#rows.of(reservation)
      const [spent, spentTokens] = addUncertain(row, cost ?? undefined, tokens)
      for (const counter of this.#counters.of(row, row.hour * HOUR)) {
        counter.spentUsd += spent
        counter.spentTokens += spentTokens
      }
      operations.push(this.#records.putRow(row))
    }
    await this.#store.commit(operations)
  }

  /** Waits while calls under way hold what is left; throws `ModelError` when the budget is too small. */
  async reserve(request: ReservationRequest, signal: AbortSignal): Promise<Reservation> {
    const { cost, tokens, agent, task, model } = request
    let now = this.#now()
    let counters = this.#countersFor(request, now)
    while (counters.map((each) => each.fits(cost, tokens)).includes('later')) {
      await waitForChange(this.#changed.promise, signal)
      now = this.#now()
      counters = this.#countersFor(request, now)
    }
    for (const counter of counters) {
      counter.reservedUsd += cost ?? 0n
      counter.reservedTokens += tokens
    }
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
      for (const counter of counters) {
        counter.reservedUsd -= cost ?? 0n
        counter.reservedTokens -= tokens
      }
      const { resolve } = this.#changed
      this.#changed = Promise.withResolvers()
      resolve()
    }
    // Without a limit nothing depends on the disk; the order of commits is kept all the same.
    if (counters.length === 0) written.catch((error: unknown) => this.#init.onError(error))
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
      for (const counter of counters) {
        counter.spentUsd += spent
        counter.spentTokens += spentTokens
      }
      unreserve()
      for (const counter of counters)
        if (counter !== request.own) this.#counters.warnIfNearlySpent(counter)
      this.#write([removal, this.#records.putRow(row)])
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

  /** Every limit that is configured, in its present window. */
  budgets(): BudgetState[] {
    return this.#counters.states(this.#now())
  }

  #countersFor(request: ReservationRequest, now: number): BudgetCounter[] {
    const counters = this.#counters.of(request, now)
    return request.own === undefined ? counters : [...counters, request.own]
  }

  /** A settlement that cannot be written leaves its reservation, which counts in full at the next start. */
  #write(operations: readonly Operation[]): void {
    this.#store
      .commit(operations, WITHOUT_SYNC)
      .catch((error: unknown) => this.#init.onError(error))
    this.#syncing ??= setTimeout(() => void this.#sync(), SYNC_INTERVAL).unref()
  }

  /** On disk is what was written before, since commits land in their order. */
  async #sync(): Promise<void> {
    clearTimeout(this.#syncing)
    this.#syncing = undefined
    const row = this.#rows.latest
    if (row === undefined) return
    try {
      await this.#store.commit([this.#records.putRow(row)])
    } catch (error) {
      this.#init.onError(error)
    }
  }

  /** Puts what was spent on disk. */
  close(): Promise<void> {
    return this.#sync()
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
