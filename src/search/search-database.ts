/**
 * The search database: a projection without texts. It holds the index and the fields that ranking
 * and filters need, and can be deleted and rebuilt from the store at any time.
 */
import { ORIGINS } from './search-query.ts'
import { GoalLists } from './goal-lists.ts'
import { RecordLists } from './record-lists.ts'
import { SearchReader } from './search-reader.ts'
import { openDatabase } from './search-schema.ts'
import { SearchWriter } from './search-writer.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { OpenOptions } from './search-schema.ts'
import type {
  FactItem,
  RecordItem,
  SearchAnswer,
  SearchOrigin,
  SearchQuery
} from './search-query.ts'

export class SearchDatabase {
  readonly #database: DatabaseSync
  readonly #writer: SearchWriter
  readonly #reader: SearchReader
  readonly lists: RecordLists
  readonly goals: GoalLists

  /**
   * Opens `path`, or memory for `:memory:`; recreates a file of another version or a damaged one.
   */
  constructor(path: string, options: OpenOptions = {}) {
    this.#database = openDatabase(path, options)
    this.#writer = new SearchWriter(this.#database)
    this.#reader = new SearchReader(this.#database)
    this.lists = new RecordLists(this.#database)
    this.goals = new GoalLists(this.#database)
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
    return this.#writer.applyFacts(items, position, more)
  }

  /** The same for records of the hive. */
  applyRecords(items: Iterable<RecordItem>, position: number, more: boolean): boolean {
    return this.#writer.applyRecords(items, position, more)
  }

  search(query: SearchQuery): SearchAnswer {
    return this.#reader.search(query)
  }

  /** Items of the origin. */
  count(origin: SearchOrigin): number {
    return this.#reader.count(ORIGINS.indexOf(origin))
  }

  close(): void {
    this.#writer.commit()
    this.#database.close()
  }
}
