/**
 * Takes the words of removed texts out of the file. FTS5 only marks a text of a contentless table as
 * deleted, also with its option `secure-delete`; its words are gone when the index is merged. This
 * merges it, some pages at a time.
 */
import { numberOf } from './projection-file.ts'
import { Statements } from './statements.ts'
import type { DatabaseSync } from 'node:sqlite'

/** Pages of the index that one step writes: some 20 ms. */
const STEP_PAGES = 100

/** A step that changes fewer rows has found nothing to merge. */
const MIN_CHANGES = 2

export class ForgottenWords {
  readonly #database: DatabaseSync
  readonly #statements: Statements
  /** Texts that were removed before the merge under way began. */
  #items: readonly number[] | undefined

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = new Statements(database)
  }

  /** For the transaction that removes a text. */
  add(item: number): void {
    this.#statements.of('INSERT OR IGNORE INTO removed_texts VALUES (?)').run(item)
  }

  /** Whether words of removed texts are in the file. */
  get isDue(): boolean {
    return this.#statements.of('SELECT item FROM removed_texts LIMIT 1').get() !== undefined
  }

  /** Merges some pages; returns whether more is to do. Waits for the end of a transaction. */
  step(): boolean {
    if (!this.isDue) return false
    if (this.#database.isTransaction) return true
    const isFirst = this.#items === undefined
    this.#items ??= this.#statements
      .of('SELECT item FROM removed_texts')
      .all()
      .map((row) => numberOf(row['item']))
    // A negative number begins to merge all parts of the index into one.
    if (this.#merge(isFirst ? -STEP_PAGES : STEP_PAGES) >= MIN_CHANGES) return true
    for (const item of this.#items) {
      this.#statements.of('DELETE FROM removed_texts WHERE item = ?').run(item)
    }
    this.#items = undefined
    return this.isDue
  }

  /** Returns the number of changed rows. */
  #merge(pages: number): number {
    const before = this.#changes()
    this.#statements.of("INSERT INTO texts (texts, rank) VALUES ('merge', ?)").run(pages)
    return this.#changes() - before
  }

  #changes(): number {
    return numberOf(this.#statements.of('SELECT total_changes() AS count').get()?.['count'])
  }
}
