/** Stored cases: `c/<id>`, at most 1,000. */
import { wholeId } from '../arguments/index.ts'
import { HiveError } from '../errors.ts'
import { putJson, readAll, readJson, remove } from '../stored/index.ts'
import { CaseValue } from './case.ts'
import { MAX_CASES } from './constants.ts'
import type { Operation, Section, Store } from '../../crdt/index.ts'
import type { CaseState, StoredCase } from './case.ts'

export class CaseRows {
  readonly #store: Pick<Store, 'commit'>
  readonly #section: Section

  constructor(store: Pick<Store, 'commit' | 'section'>) {
    this.#store = store
    this.#section = store.section('cases')
  }

  find(id: string): Promise<StoredCase | undefined> {
    return readJson(this.#section, `c/${id}`, CaseValue)
  }

  /** The id that a caller gave, if it is shortened the whole one. Throws `HiveError` (ID_AMBIGUOUS). */
  async idOf(given: string): Promise<string> {
    if ((await this.find(given)) !== undefined) return given
    const known = (await this.#all()).map(({ id, entity, attribute }) => ({
      id,
      text: `${attribute} of ${entity}`
    }))
    return wholeId(given.toLowerCase(), known, 'cases')
  }

  /** Throws `HiveError` (CASE_UNKNOWN). */
  async get(id: string): Promise<StoredCase> {
    const row = await this.find(id)
    if (row !== undefined) return row
    throw new HiveError(
      'CASE_UNKNOWN',
      `No case has the id ${id}. \`cases.list()\`, or "hive cases list", lists the stored cases.`
    )
  }

  /** The latest first. */
  async list(states: readonly CaseState[], limit: number): Promise<StoredCase[]> {
    const rows = await this.#all()
    return rows
      .filter(({ state }) => states.includes(state))
      .toSorted((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1))
      .slice(0, limit)
  }

  /** Stores a new case, and drops others over the bound. */
  async add(row: StoredCase): Promise<void> {
    const others = await this.#all()
    const dropped = others
      .filter(({ state }) => state === 'open' || state === 'decided')
      .toSorted(
        (a, b) => Number(a.state === 'decided') - Number(b.state === 'decided') || age(a) - age(b)
      )
      .slice(0, Math.max(0, others.length + 1 - MAX_CASES))
    await this.#store.commit([
      this.put(row),
      ...dropped.map(({ id }) => remove(this.#section, `c/${id}`))
    ])
  }

  async save(row: StoredCase): Promise<void> {
    await this.#store.commit([this.put(row)])
  }

  put(row: StoredCase): Operation {
    return putJson(this.#section, `c/${row.id}`, row)
  }

  async #all(): Promise<StoredCase[]> {
    const rows = await Array.fromAsync(readAll(this.#section, 'c/', CaseValue))
    return rows.map(([, row]) => row)
  }
}

/** When a case was decided last, or opened. */
function age({ openedAt, decisions }: StoredCase): number {
  return decisions.at(-1)?.at ?? openedAt
}
