/**
 * The search database: a projection without texts. It holds the index and the fields that ranking
 * and filters need, and can be deleted and rebuilt from the store at any time.
 */
import { ORIGINS } from './search-query.ts'
import { SearchReader } from './search-reader.ts'
import { openDatabase } from './search-schema.ts'
import { SearchWriter } from './search-writer.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { SearchHit, SearchItem, SearchOrigin, SearchQuery } from './search-query.ts'

export class SearchDatabase {
  readonly #database: DatabaseSync
  readonly #writer: SearchWriter
  readonly #reader: SearchReader

  /**
   * Opens `path`, or memory for `:memory:`; recreates a file of another version or a damaged one.
   */
  constructor(path: string, rules?: number) {
    this.#database = openDatabase(path, rules)
    this.#writer = new SearchWriter(this.#database)
    this.#reader = new SearchReader(this.#database)
  }

  /** Position in the origin's log up to which it is indexed. */
  cursor(origin: SearchOrigin): number {
    return this.#writer.cursor(origin)
  }

  /** Indexes the current form of `items` and moves the cursor; on disk when `more` is false. */
  apply(origin: SearchOrigin, items: Iterable<SearchItem>, position: number, more: boolean): void {
    this.#writer.apply(origin, items, position, more)
  }

  /** Best first. */
  search(query: SearchQuery): SearchHit[] {
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
