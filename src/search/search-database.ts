/**
 * The search database: a projection that holds no text, only the index and what ranking and filters
 * need; it can be deleted and made again from the store at any time.
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

  /** Opens `path`, or memory for `:memory:`; makes it anew when it is of another version or damaged. */
  constructor(path: string) {
    this.#database = openDatabase(path)
    this.#writer = new SearchWriter(this.#database)
    this.#reader = new SearchReader(this.#database)
  }

  /** Position in the origin's log up to which it is indexed. */
  cursor(origin: SearchOrigin): number {
    return this.#writer.cursor(origin)
  }

  /** Indexes `items` again, as they are now, and moves the cursor; on disk when no `more` come. */
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
