/** Writes items into the search database, together with the cursor of their log. */
import { numberOf } from './projection-file.ts'
import { keyOf, tagText } from './search-schema.ts'
import { ORIGINS } from './search-query.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SearchItem, SearchOrigin, SearchText } from './search-query.ts'

/**
 * Items of a transaction. Each transaction writes most pages of the index by key, so large ones
 * cost less.
 */
const TRANSACTION_ITEMS = 60_000

export class SearchWriter {
  readonly #database: DatabaseSync
  readonly #insertItem: StatementSync
  readonly #insertText: StatementSync
  readonly #find: StatementSync
  readonly #deleteItem: StatementSync
  readonly #deleteText: StatementSync
  readonly #cursor: StatementSync
  readonly #setCursor: StatementSync
  #uncommitted = 0

  constructor(database: DatabaseSync) {
    this.#database = database
    const prepare = (sql: string): StatementSync => database.prepare(sql)
    this.#insertItem = prepare(
      `INSERT INTO items (key, digest, origin, entity, tags, length, confidence, recorded_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
    )
    this.#insertText = prepare(
      'INSERT INTO texts (rowid, entity, content, tags, context) VALUES (?, ?, ?, ?, ?)'
    )
    this.#find = prepare('SELECT item FROM items WHERE key = ? AND digest = ? AND origin = ?')
    this.#deleteItem = prepare('DELETE FROM items WHERE item = ?')
    this.#deleteText = prepare('DELETE FROM texts WHERE rowid = ?')
    this.#cursor = prepare('SELECT position FROM cursors WHERE origin = ?')
    this.#setCursor = prepare('INSERT OR REPLACE INTO cursors (origin, position) VALUES (?, ?)')
  }

  /** Position in the origin's log up to which it is indexed. */
  cursor(origin: SearchOrigin): number {
    return numberOf(this.#cursor.get(ORIGINS.indexOf(origin))?.['position'])
  }

  /**
   * Indexes the current form of `items` and moves the cursor in one transaction. With `more`, a
   * later call may end the transaction. A call that throws rolls all of it back.
   */
  apply(origin: SearchOrigin, items: Iterable<SearchItem>, position: number, more = false): void {
    if (!this.#database.isTransaction) this.#database.exec('BEGIN')
    try {
      for (const item of items) {
        this.#replace(origin, item)
        this.#uncommitted += 1
      }
      this.#setCursor.run(ORIGINS.indexOf(origin), position)
      if (!more || this.#uncommitted >= TRANSACTION_ITEMS) this.commit()
    } catch (error) {
      this.#uncommitted = 0
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Ends the open transaction, if there is one. */
  commit(): void {
    if (!this.#database.isTransaction) return
    this.#database.exec('COMMIT')
    this.#uncommitted = 0
  }

  #replace(origin: SearchOrigin, { digest, text }: SearchItem): void {
    const found = this.#find.get(keyOf(digest), digest, ORIGINS.indexOf(origin))
    if (found !== undefined) {
      const item = numberOf(found['item'])
      this.#deleteItem.run(item)
      this.#deleteText.run(item)
    }
    if (text !== undefined) this.#insert(origin, digest, text)
  }

  #insert(origin: SearchOrigin, digest: Uint8Array, text: SearchText): void {
    const { entity, content, tags, context, confidence, recordedAt } = text
    const { lastInsertRowid } = this.#insertItem.run(
      keyOf(digest),
      digest,
      ORIGINS.indexOf(origin),
      entity,
      tagText(tags),
      content.length,
      confidence,
      recordedAt
    )
    this.#insertText.run(lastInsertRowid, entity, content, tags.join(' '), context)
  }
}
