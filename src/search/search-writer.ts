/** Writes items into the search database, with the cursor of the log they came from. */
import { numberOf } from './projection-file.ts'
import { keyOf, tagText } from './search-schema.ts'
import { ORIGINS } from './search-query.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SearchItem, SearchOrigin, SearchText } from './search-query.ts'

/** Items of a transaction: each writes most pages of the index by key, so large ones cost less. */
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
   * Indexes `items` again, as they are now, and moves the cursor, in one transaction; with `more`
   * to come, perhaps only in that of a later call. A call that throws takes back all of it.
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

  /** Ends the transaction that waits for more, if there is one. */
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
