/**
 * The search database: a projection without texts. It holds the index and the fields that ranking
 * and filters need, and can be deleted and rebuilt from the store at any time.
 */
import { ORIGINS } from './search-query.ts'
import { GoalLists } from './goal-lists.ts'
import { RecordLists } from './record-lists.ts'
import { SearchReader } from './search-reader.ts'
import { openSearchFile, openSecond } from './search-schema.ts'
import { SearchWriter } from './search-writer.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { ProjectionFile } from './projection-file.ts'
import type {
  FactItem,
  RecordItem,
  SearchAnswer,
  SearchOrigin,
  SearchQuery
} from './search-query.ts'

export interface OpenOptions {
  /** A number for what decides which records are indexed; with another one all are indexed again. */
  readonly rules?: number
  /** A second connection to a database that is open. */
  readonly readOnly?: boolean
}

/** Milliseconds; what is left is done after the next opening. */
const MAX_PURGE_AT_CLOSE = 1_000

export class SearchDatabase {
  /** Undefined in a second connection. */
  readonly #file: ProjectionFile | undefined
  readonly #database: DatabaseSync
  readonly #writer: SearchWriter
  readonly #reader: SearchReader
  readonly lists: RecordLists
  readonly goals: GoalLists

  /**
   * Opens `path`, or memory for `:memory:`; recreates a file of another version or a damaged one.
   */
  constructor(path: string, options: OpenOptions = {}) {
    const { rules, readOnly = false } = options
    this.#file = readOnly ? undefined : openSearchFile(path, rules)
    this.#database = this.#file?.database ?? openSecond(path)
    this.#writer = new SearchWriter(this.#database)
    this.#reader = new SearchReader(this.#database)
    this.lists = new RecordLists(this.#database)
    this.goals = new GoalLists(this.#database)
  }

  /** Whether a damaged file was deleted at the opening. */
  get wasDamaged(): boolean {
    return this.#file?.wasDamaged ?? false
  }

  /** Throws `ProjectionError` (damaged) if the file is known to be damaged. */
  assertIntact(): void {
    this.#file?.assertIntact()
  }

  /** Position in the origin's log up to which it is indexed. */
  cursor(origin: SearchOrigin): number {
    return this.#writer.cursor(origin)
  }

  /**
   * Indexes the current form of facts and moves the cursor; committed when `more` is false. Returns
   * whether it is.
   */
  applyFacts(items: Iterable<FactItem>, position: number, more: boolean): boolean {
    this.#file?.change()
    return this.#writer.applyFacts(items, position, more)
  }

  /** The same for records of the hive. */
  applyRecords(items: Iterable<RecordItem>, position: number, more: boolean): boolean {
    this.#file?.change()
    return this.#writer.applyRecords(items, position, more)
  }

  /** Takes words of removed texts out of the file, a part at a time; returns whether more is to do. */
  purgeStep(): boolean {
    if (this.#file === undefined || !this.#writer.forgotten.isDue) return false
    this.#file.change()
    const isMore = this.#writer.forgotten.step()
    // SQLite's log has them too.
    if (!isMore) this.#file.shrink()
    return isMore
  }

  search(query: SearchQuery): SearchAnswer {
    return this.#reader.search(query)
  }

  /** Items of the origin. */
  count(origin: SearchOrigin): number {
    return this.#reader.count(ORIGINS.indexOf(origin))
  }

  /** Items that cannot be written now are indexed again later. */
  close(): void {
    try {
      this.#writer.commit()
      const started = performance.now()
      while (this.purgeStep() && performance.now() - started < MAX_PURGE_AT_CLOSE);
    } catch {
      this.#writer.rollback()
    }
    if (this.#file === undefined) this.#database.close()
    else this.#file.close()
  }

  /** Frees space after a failed write. */
  shrink(): void {
    this.#file?.shrink()
  }

  /** Closes and deletes the file. */
  discard(): void {
    if (this.#file === undefined) this.#database.close()
    else this.#file.discard()
  }
}
