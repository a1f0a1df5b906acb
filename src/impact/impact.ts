/**
 * The journal of what agents were shown. Each change is one commit, so that a crash leaves all of it
 * or nothing. Commits are not synchronised: a loss of power may drop the last rows.
 *
 * Section `impact`: `r` and the number of the row (8 bytes, big-endian) -> row as JSON; `t` -> totals.
 * At most 2,000 rows of about 2 KB are stored; a new row then replaces the oldest one.
 */
import { Serial } from '../../crdt/index.ts'
import { parse } from '../arguments/index.ts'
import { MAX_OUTCOMES, Note, StoredRow, StoredTotals } from './impact-row.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type {
  ImpactFilter,
  ImpactNote,
  ImpactOutcome,
  ImpactReport,
  ImpactRow,
  ImpactTotals
} from './impact-row.ts'

const MAX_ROWS = 2_000
const DEFAULT_LIMIT = 20

/** Reports of failure, less those of success, from which hooks no longer show an item. */
const DOUBTFUL = 2

const ROW = 'r'
const TOTALS_KEY = Buffer.from('t')
const UNSYNCHRONISED = { sync: false } as const

const WORSE: ReadonlySet<ImpactOutcome> = new Set(['failed', 'stale', 'unsafe'])

export interface ImpactComponents {
  readonly store: Pick<Store, 'commit' | 'section'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

interface Journal {
  /** By number, in order. */
  readonly rows: Map<number, ImpactRow>
  totals: ImpactTotals
  last: number
}

/**
 * The impact journal of a node.
 *
 * @example
 * ```ts
 * const { items } = await db.agent.cortex.knowledge.recall('npm ERESOLVE')
 * const shown = items.map(({ fact, relevance }) => ({ id: fact.id, relevance }))
 * await db.impact.note({ door: 'my agent', why: 'npm ERESOLVE', items: shown })
 * const { rows, totals } = await db.impact.list({ limit: 5 })
 * console.log(rows.length, totals.shown)
 * ```
 */
export class Impact {
  readonly #components: ImpactComponents
  readonly #section: Section
  readonly #serial = new Serial()
  #journal: Promise<Journal> | undefined

  constructor(components: ImpactComponents) {
    this.#components = components
    this.#section = components.store.section('impact')
  }

  /**
   * Notes what was shown, and returns the number of the row. An answer without items adds no row: it
   * is counted, and its query is not stored. Throws `HiveError` (ARGUMENT_INVALID).
   */
  async note(note: ImpactNote): Promise<number | undefined> {
    const { items, ...checked } = parse(Note, note, 'note')
    return this.#change((journal) => {
      if (items.length === 0) {
        journal.totals = { ...journal.totals, silent: journal.totals.silent + 1 }
        return { operations: [], result: undefined }
      }
      journal.last += 1
      journal.totals = { ...journal.totals, shown: journal.totals.shown + 1 }
      const row = {
        ...checked,
        items,
        number: journal.last,
        at: new Date(this.#components.now()),
        outcomes: []
      }
      journal.rows.set(row.number, row)
      const operations = [this.#put(row)]
      for (const number of journal.rows.keys()) {
        if (journal.rows.size <= MAX_ROWS) break
        journal.rows.delete(number)
        operations.push(this.#section.del(keyOf(number)))
      }
      return { operations, result: row.number }
    })
  }

  /** Adds what an agent reported of an item to the newest row that shows it; false if none does. */
  async report(id: string, outcome: ImpactOutcome): Promise<boolean> {
    return this.#change((journal) => {
      const row = [...journal.rows.values()].findLast(({ items }) =>
        items.some((item) => isSame(item.id, id))
      )
      const shown = row?.items.filter((item) => isSame(item.id, id)).map((item) => item.id) ?? []
      if (row === undefined) return { operations: [], result: false }
      return { operations: this.#addOutcomes(journal, row, shown, outcome), result: true }
    })
  }

  /** Adds what came of all items of a row. */
  async conclude(number: number, outcome: ImpactOutcome): Promise<void> {
    await this.#change((journal) => {
      const row = journal.rows.get(number)
      if (row === undefined) return { operations: [], result: undefined }
      const shown = row.items.map(({ id }) => id)
      return { operations: this.#addOutcomes(journal, row, shown, outcome), result: undefined }
    })
  }

  /** The newest rows, and totals since the first one. */
  async list({ limit = DEFAULT_LIMIT, project }: ImpactFilter = {}): Promise<ImpactReport> {
    const { rows, totals } = await this.#loaded()
    const newest = [...rows.values()].toReversed()
    const wanted = project === undefined ? newest : newest.filter((row) => row.project === project)
    return { rows: wanted.slice(0, limit), totals }
  }

  /** Whether reports say often enough that an item does not help, so that no hook shows it. */
  async isDoubtful(id: string): Promise<boolean> {
    const { rows } = await this.#loaded()
    const outcomes = [...rows.values()].flatMap((row) =>
      row.outcomes.filter((each) => each.id === id).map(({ outcome }) => outcome)
    )
    const worse = outcomes.filter((outcome) => WORSE.has(outcome)).length
    const better = outcomes.filter((outcome) => outcome === 'worked').length
    return worse - better >= DOUBTFUL
  }

  /** Removes items from all rows, and rows without items with their queries. */
  async forget(ids: readonly string[]): Promise<void> {
    const gone = new Set(ids)
    await this.#change((journal) => {
      const operations: Operation[] = []
      for (const row of journal.rows.values()) {
        const items = row.items.filter(({ id }) => !gone.has(id))
        if (items.length === row.items.length) continue
        const outcomes = row.outcomes.filter(({ id }) => !gone.has(id))
        operations.push(this.#replace(journal, { ...row, items, outcomes }))
      }
      return { operations, result: undefined }
    })
  }

  /** Of each item at most one outcome of a kind in a row. */
  #addOutcomes(
    journal: Journal,
    row: ImpactRow,
    ids: readonly string[],
    outcome: ImpactOutcome
  ): Operation[] {
    const at = new Date(this.#components.now())
    const added = ids
      .filter((id) => !row.outcomes.some((each) => each.id === id && each.outcome === outcome))
      .map((id) => ({ id, outcome, at }))
      .slice(0, MAX_OUTCOMES - row.outcomes.length)
    if (added.length === 0) return []
    const { outcomes: counts } = journal.totals
    const count = (counts[outcome] ?? 0) + added.length
    journal.totals = { ...journal.totals, outcomes: { ...counts, [outcome]: count } }
    return [this.#replace(journal, { ...row, outcomes: [...row.outcomes, ...added] })]
  }

  #replace({ rows }: Journal, row: ImpactRow): Operation {
    if (row.items.length > 0) {
      rows.set(row.number, row)
      return this.#put(row)
    }
    rows.delete(row.number)
    return this.#section.del(keyOf(row.number))
  }

  #change<T>(
    change: (journal: Journal) => { readonly operations: Operation[]; readonly result: T }
  ): Promise<T> {
    return this.#serial.run(async () => {
      const journal = await this.#loaded()
      const before = journal.totals
      const { operations, result } = change(journal)
      if (journal.totals !== before) {
        operations.push(this.#section.put(TOTALS_KEY, bytesOf(journal.totals)))
      }
      if (operations.length === 0) return result
      try {
        await this.#components.store.commit(operations, UNSYNCHRONISED)
      } catch (error) {
        // What was not written is read again.
        this.#journal = undefined
        throw error
      }
      return result
    })
  }

  /** Read at the first use: most nodes show nothing. */
  #loaded(): Promise<Journal> {
    this.#journal ??= this.#load()
    return this.#journal
  }

  async #load(): Promise<Journal> {
    const rows = new Map<number, ImpactRow>()
    let last = 0
    for await (const [key, value] of this.#section.entries({
      gte: Buffer.from(ROW),
      lt: TOTALS_KEY
    })) {
      last = Number(Buffer.from(key).readBigUInt64BE(ROW.length))
      const stored = StoredRow.safeParse(jsonOf(value))
      if (stored.success) rows.set(last, listed(last, stored.data))
    }
    const bytes = await this.#section.get(TOTALS_KEY)
    const totals = StoredTotals.safeParse(bytes === undefined ? undefined : jsonOf(bytes))
    return { rows, last, totals: totals.data ?? { shown: 0, silent: 0, outcomes: {} } }
  }

  #put({ number, at, outcomes, ...row }: ImpactRow): Operation {
    const stored = {
      ...row,
      at: at.getTime(),
      outcomes: outcomes.map((each) => ({ ...each, at: each.at.getTime() }))
    }
    return this.#section.put(keyOf(number), bytesOf(stored))
  }
}

function listed(number: number, { at, outcomes, ...row }: StoredRow): ImpactRow {
  return {
    ...row,
    number,
    at: new Date(at),
    outcomes: outcomes.map((each) => ({ ...each, at: new Date(each.at) }))
  }
}

type StoredRow = ReturnType<typeof StoredRow.parse>

/** An agent may report an item by the beginning of its id. */
function isSame(id: string, given: string): boolean {
  return given !== '' && id.startsWith(given)
}

function keyOf(number: number): Uint8Array {
  const key = Buffer.alloc(ROW.length + 8)
  key.write(ROW)
  key.writeBigUInt64BE(BigInt(number), ROW.length)
  return key
}

function bytesOf(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
}
