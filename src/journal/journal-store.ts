/**
 * The journals of the agents of a node, on disk and nowhere else: the row `a/<agent>/<number>`, and
 * `r/<agent>/<run>` -> number of the row with that run id. Rows are never published.
 *
 * Guarantees: what a call resolves for is on disk (fsync). A row, what its writer stores with it, and
 * what a counter makes of it are one commit: so each outcome is counted once, whenever the process
 * ends. Writes of one agent are made one after the other; `exclusive` is the lane of a counter, too.
 */
import { z } from 'zod'
import { digitsOf, KeyedSerial, putJson, readAll, readJson, remove } from '../stored/index.ts'
import { MAX_ROWS } from './constants.ts'
import { StoredRow } from './journal-row.ts'
import { JournalSums } from './summary.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { JournalSummary } from './summary.ts'
import type { JournalRow, NewRow } from './journal-row.ts'

/** Counts the outcome of a session; what it returns is stored with the row. */
export type CountOutcome = (agent: string, row: JournalRow) => Promise<readonly Operation[]>

export interface JournalStoreComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  readonly now: () => number
}

/** Which rows `list` returns. */
export interface JournalFilter {
  /** 1 to 1,000; default 50. */
  readonly limit?: number
  /** Only rows with a lower number. */
  readonly before?: number
  readonly kind?: JournalRow['kind']
  readonly task?: string
  /** The id of a session. */
  readonly session?: string
  readonly ok?: boolean
  readonly since?: Date
}

type Range = JournalFilter & { readonly limit: number }

export class JournalStore {
  readonly #components: JournalStoreComponents
  readonly #section: Section
  readonly #serial = new KeyedSerial()
  #count: CountOutcome | undefined

  constructor(components: JournalStoreComponents) {
    this.#components = components
    this.#section = components.store.section('journal')
  }

  /** Sessions that end from now on are counted. */
  countWith(count: CountOutcome): void {
    this.#count = count
  }

  /** Runs a task while no row of the agent is written. It must not write rows itself. */
  exclusive<T>(agent: string, task: () => Promise<T>): Promise<T> {
    return this.#serial.run(agent, task)
  }

  /**
   * Adds a row, with operations of its writer. A row whose run is stored is returned, and nothing is
   * written.
   */
  append(
    agent: string,
    row: NewRow,
    operations: readonly Operation[] = []
  ): Promise<{ readonly row: JournalRow; readonly isNew: boolean }> {
    return this.#serial.run(agent, async () => {
      const known = row.run === undefined ? undefined : await this.#byRun(agent, row.run)
      if (known !== undefined) return { row: known, isNew: false }
      const number = await this.#next(agent)
      const added = { ...row, number, at: new Date(this.#components.now()) }
      const counted =
        row.kind === 'session' ? ((await this.#count?.(agent, added)) ?? []) : undefined
      await this.#components.store.commit([
        putJson(this.#section, keyOf(agent, number), { ...added, at: added.at.getTime() }),
        ...(row.run === undefined
          ? []
          : [putJson(this.#section, `r/${agent}/${row.run}`, { number })]),
        ...(await this.#removals(agent, number - MAX_ROWS)),
        ...operations,
        ...(counted ?? [])
      ])
      return { row: added, isNew: true }
    })
  }

  /** The latest first. */
  async list(agent: string, { limit, before, ...filter }: Range): Promise<JournalRow[]> {
    const rows: JournalRow[] = []
    for await (const row of this.#latest(agent, before)) {
      if (filter.since !== undefined && row.at < filter.since) break
      if (isWanted(row, filter) && rows.push(row) === limit) break
    }
    return rows
  }

  /** Sums of the stored rows from a time on. */
  async summary(agent: string, since = new Date(0)): Promise<JournalSummary> {
    const sums = new JournalSums()
    for await (const row of this.#latest(agent)) {
      if (row.at < since) break
      sums.add(row)
    }
    return sums.result()
  }

  async *#latest(agent: string, before?: number): AsyncGenerator<JournalRow> {
    const range = before === undefined ? {} : { before: digitsOf(before) }
    const rows = readAll(this.#section, `a/${agent}/`, StoredRow, { reverse: true, ...range })
    for await (const [, row] of rows) yield row
  }

  async #next(agent: string): Promise<number> {
    for await (const { number } of this.#latest(agent)) return number + 1
    return 0
  }

  async #byRun(agent: string, run: string): Promise<JournalRow | undefined> {
    const at = await readJson(this.#section, `r/${agent}/${run}`, RunValue)
    return at && readJson(this.#section, keyOf(agent, at.number), StoredRow)
  }

  async #removals(agent: string, number: number): Promise<Operation[]> {
    if (number < 0) return []
    const row = await readJson(this.#section, keyOf(agent, number), StoredRow)
    return [
      remove(this.#section, keyOf(agent, number)),
      ...(row?.run === undefined ? [] : [remove(this.#section, `r/${agent}/${row.run}`)])
    ]
  }
}

const RunValue = z.object({ number: z.int() })

function keyOf(agent: string, number: number): string {
  return `a/${agent}/${digitsOf(number)}`
}

function isWanted(row: JournalRow, { kind, task, session, ok }: JournalFilter): boolean {
  return (
    (kind === undefined || row.kind === kind) &&
    (task === undefined || row.task === task) &&
    (session === undefined || row.session === session) &&
    (ok === undefined || row.ok === ok)
  )
}
