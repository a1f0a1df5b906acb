/** Writes items into the search database, with the cursor of the log they came from. */
import { numberOf, tagText } from './search-schema.ts'
import { ORIGINS } from './search-query.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SearchItem, SearchOrigin, SearchText } from './search-query.ts'

export class SearchWriter {
  readonly #database: DatabaseSync
  readonly #insertItem: StatementSync
  readonly #insertText: StatementSync
  readonly #find: StatementSync
  readonly #deleteItem: StatementSync
  readonly #deleteText: StatementSync
  readonly #cursor: StatementSync
  readonly #setCursor: StatementSync

  constructor(database: DatabaseSync) {
    this.#database = database
    const prepare = (sql: string): StatementSync => database.prepare(sql)
    this.#insertItem = prepare(
      `INSERT INTO items (digest, origin, entity, tags, length, confidence, recorded_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
    )
    this.#insertText = prepare(
      'INSERT INTO texts (rowid, entity, content, tags, context) VALUES (?, ?, ?, ?, ?)'
    )
    this.#find = prepare('SELECT item FROM items WHERE digest = ? AND origin = ?')
    this.#deleteItem = prepare('DELETE FROM items WHERE item = ?')
    this.#deleteText = prepare('DELETE FROM texts WHERE rowid = ?')
    this.#cursor = prepare('SELECT position FROM cursors WHERE origin = ?')
    this.#setCursor = prepare('INSERT OR REPLACE INTO cursors (origin, position) VALUES (?, ?)')
  }

  /** Position in the origin's log up to which it is indexed. */
  cursor(origin: SearchOrigin): number {
    return numberOf(this.#cursor.get(ORIGINS.indexOf(origin))?.['position'])
  }

  /** Indexes `items` again, as they are now, and moves the cursor, in one transaction. */
  apply(origin: SearchOrigin, items: Iterable<SearchItem>, position: number): void {
    this.#database.exec('BEGIN')
    try {
      for (const item of items) this.#replace(origin, item)
      this.#setCursor.run(ORIGINS.indexOf(origin), position)
      this.#database.exec('COMMIT')
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** Most items are new: they are inserted, and only one that is there already is looked for. */
  #replace(origin: SearchOrigin, { digest, text }: SearchItem): void {
    if (text !== undefined && this.#insert(origin, digest, text)) return
    const found = this.#find.get(digest, ORIGINS.indexOf(origin))
    if (found === undefined) return
    const item = numberOf(found['item'])
    this.#deleteItem.run(item)
    this.#deleteText.run(item)
    if (text !== undefined) this.#insert(origin, digest, text)
  }

  /** False when it is there. */
  #insert(origin: SearchOrigin, digest: Uint8Array, text: SearchText): boolean {
    const { entity, content, tags, context, confidence, recordedAt } = text
    const { changes, lastInsertRowid } = this.#insertItem.run(
      digest,
      ORIGINS.indexOf(origin),
      entity,
      tagText(tags),
      content.length,
      confidence,
      recordedAt
    )
    if (changes === 0) return false
    this.#insertText.run(lastInsertRowid, entity, content, tags.join(' '), context)
    return true
  }
}
