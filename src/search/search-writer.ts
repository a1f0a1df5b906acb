/** Writes facts and records into the search database, together with the cursor of their log. */
import { ForgottenWords } from './forgotten-words.ts'
import { GoalWriter } from './goal-writer.ts'
import { numberOf } from './projection-file.ts'
import { FIRST_HIVE_ITEM, keyOf, tagText } from './search-schema.ts'
import { ORIGINS } from './search-query.ts'
import { ROW_KINDS, STATES } from './record-row.ts'
import { marksOf, projectKeyOf, STALE_STATES } from './item-marks.ts'
import { indexedTerms } from './search-terms.ts'
import { isRecalled, recordTextOf } from './search-text.ts'
import { tagKeyOf } from './tag-key.ts'
import { Statements } from './statements.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { FactItem, RecordItem, SearchOrigin, SearchText } from './search-query.ts'
import type { RecordRow } from './record-row.ts'
import type { Row } from './search-ranking.ts'

/**
 * Items of a transaction. Each transaction writes most pages of the index by key, so large ones
 * cost less.
 */
const TRANSACTION_ITEMS = 60_000

/** Characters of a text that is held back which are indexed: enough to count it. */
const HELD_TEXT = 2_000

export class SearchWriter {
  readonly #database: DatabaseSync
  readonly #statements: Statements
  readonly #goals: GoalWriter
  readonly forgotten: ForgottenWords
  #uncommitted = 0

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = new Statements(database)
    this.#goals = new GoalWriter(this.#statements)
    this.forgotten = new ForgottenWords(database)
  }

  /** Position in the origin's log up to which it is indexed. */
  cursor(origin: SearchOrigin): number {
    const sql = 'SELECT position FROM cursors WHERE origin = ?'
    return numberOf(this.#statements.of(sql).get(ORIGINS.indexOf(origin))?.['position'])
  }

  /**
   * Indexes the current form of facts and moves the cursor in one transaction. With `more`, a later
   * call may end the transaction. A call that throws rolls all of it back. Returns whether all
   * items so far are committed.
   */
  applyFacts(items: Iterable<FactItem>, position: number, more = false): boolean {
    return this.#apply('local', items, position, more, ({ digest, text }) =>
      this.#replaceItem('local', digest, text)
    )
  }

  /** The same for records of the hive. */
  applyRecords(items: Iterable<RecordItem>, position: number, more = false): boolean {
    return this.#apply('hive', items, position, more, ({ digest, row }) =>
      this.#replaceRecord(digest, row)
    )
  }

  /** Ends the open transaction, if there is one. */
  commit(): void {
    if (!this.#database.isTransaction) return
    this.#uncommitted = 0
    this.#database.exec('COMMIT')
  }

  /** After some failures, such as a full disk, SQLite has rolled back by itself. */
  rollback(): void {
    this.#uncommitted = 0
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
  }

  #apply<Item>(
    origin: SearchOrigin,
    items: Iterable<Item>,
    position: number,
    more: boolean,
    apply: (item: Item) => void
  ): boolean {
    if (!this.#database.isTransaction) this.#database.exec('BEGIN')
    try {
      for (const item of items) {
        apply(item)
        this.#uncommitted += 1
      }
      this.#statements
        .of('INSERT OR REPLACE INTO cursors (origin, position) VALUES (?, ?)')
        .run(ORIGINS.indexOf(origin), position)
      if (!more || this.#uncommitted >= TRANSACTION_ITEMS) this.commit()
      return !this.#database.isTransaction
    } catch (error) {
      this.rollback()
      throw error
    }
  }

  /** What may be delivered. Texts are constant, so they are written again only with other marks. */
  #replaceItem(origin: SearchOrigin, digest: Uint8Array, text: SearchText | undefined): void {
    const found = this.#statements
      .of(
        'SELECT item, tags, projects, stale FROM items WHERE key = ? AND digest = ? AND origin = ?'
      )
      .get(keyOf(digest), digest, ORIGINS.indexOf(origin))
    if (text !== undefined && found !== undefined && hasMarksOf(found, text)) {
      return this.#updateItem(numberOf(found['item']), text)
    }
    if (found !== undefined) {
      const item = numberOf(found['item'])
      this.#statements.of('DELETE FROM items WHERE item = ?').run(item)
      this.#statements.of('DELETE FROM claims WHERE item = ?').run(item)
      this.#statements.of('DELETE FROM texts WHERE rowid = ?').run(item)
      if (text === undefined) this.forgotten.add(item)
    }
    if (text !== undefined) this.#insertItem(origin, digest, text)
  }

  #updateItem(item: number, text: SearchText): void {
    const { confidence, recordedAt, begins, until } = text
    const [begin] = begins
    this.#statements
      .of('UPDATE items SET confidence = ?, recorded_at = ?, begin = ?, until = ? WHERE item = ?')
      .run(confidence, recordedAt, begin, until, item)
    this.#replaceClaims(item, text)
  }

  #replaceClaims(item: number | bigint, { claim, begins, until }: SearchText): void {
    if (claim === undefined) return
    this.#statements.of('DELETE FROM claims WHERE item = ?').run(item)
    for (const [i, begin] of begins.entries()) {
      this.#statements
        .of('INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?, ?, ?)')
        .run(claim.slot, begin, item, until, claim.value, i === 0 ? 1 : 0)
    }
  }

  #insertItem(origin: SearchOrigin, digest: Uint8Array, text: SearchText): void {
    const { entity, content, tags, context, turn, confidence, recordedAt } = text
    const { claim, begins, until, projects, stale } = text
    const { lastInsertRowid } = this.#statements
      .of(
        `INSERT INTO items (item, key, digest, origin, entity, tags, length, confidence, recorded_at,
         slot, begin, until, conversation, turn, projects, stale)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
      )
      .run(
        this.#nextItem(origin),
        keyOf(digest),
        digest,
        ORIGINS.indexOf(origin),
        entity.toLowerCase(),
        tagText(tags),
        content.length,
        confidence,
        recordedAt,
        claim?.slot ?? null,
        begins[0],
        until,
        turn?.conversation ?? null,
        turn?.number ?? null,
        projectText(projects),
        STALE_STATES.indexOf(stale)
      )
    this.#statements
      .of(
        `INSERT INTO texts (rowid, entity, content, tags, context, parts, marks)
         VALUES (?, ?, ?, ?, ?, ?, ?)`
      )
      .run(
        lastInsertRowid,
        ...columnsOf({ entity, content, tags, context }),
        marksOf(projects, stale)
      )
    this.#replaceClaims(lastInsertRowid, text)
  }

  #nextItem(origin: SearchOrigin): number {
    const isLocal = origin === 'local'
    const sql = isLocal
      ? 'SELECT max(item) AS last FROM items WHERE item < ?'
      : 'SELECT max(item) AS last FROM items WHERE item >= ?'
    const last = this.#statements.of(sql).get(FIRST_HIVE_ITEM)?.['last']
    return numberOf(last ?? (isLocal ? 0 : FIRST_HIVE_ITEM)) + 1
  }

  #replaceRecord(digest: Uint8Array, row: RecordRow | undefined): void {
    if (row?.goal !== undefined) return this.#goals.put(digest, row, row.goal)
    const found = this.#statements
      .of('SELECT * FROM records WHERE key = ? AND digest = ?')
      .get(keyOf(digest), digest)
    if (row === undefined && found === undefined) this.#goals.remove(digest)
    const isText = row !== undefined && isRecalled(row.kind)
    const isHeld = isText && row.state !== 'released'
    if (found !== undefined) this.#removeRecord(found, isHeld)
    if (row !== undefined) this.#insertRecord(digest, row, { found, isHeld })
    this.#replaceItem('hive', digest, isText && !isHeld ? recordTextOf(row) : undefined)
  }

  #removeRecord(found: Row, staysHeld: boolean): void {
    const item = numberOf(found['item'])
    this.#statements.of('DELETE FROM records WHERE item = ?').run(item)
    for (const tag of tagsOf(found)) this.#statements.of(DELETE_TAG).run(tag, ...rankOf(found))
    if (numberOf(found['is_held']) === 1 && !staysHeld) {
      this.#statements.of('DELETE FROM held WHERE rowid = ?').run(item)
    }
  }

  /** A record that stays held keeps its text; `held` counts, so its tags may be older. */
  #insertRecord(
    digest: Uint8Array,
    row: RecordRow,
    { found, isHeld }: { readonly found: Row | undefined; readonly isHeld: boolean }
  ): void {
    const kind = ROW_KINDS.indexOf(row.kind)
    const state = STATES.indexOf(row.state)
    const { lastInsertRowid } = this.#statements
      .of(
        `INSERT INTO records (item, key, digest, kind, state, vouches, confidence, tags, is_held,
         support, head_start, is_flagged) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
      )
      .run(
        found?.['item'] ?? null,
        keyOf(digest),
        digest,
        kind,
        state,
        row.vouches,
        row.confidence,
        tagText(row.tags),
        isHeld ? 1 : 0,
        row.offer?.support ?? null,
        row.offer?.headStart ?? null,
        row.offer === undefined ? null : Number(row.offer.isFlagged)
      )
    const rank = [kind, state, row.vouches, row.confidence, keyOf(digest), lastInsertRowid]
    for (const tag of new Set(row.tags.map(tagKeyOf))) {
      this.#statements
        .of('INSERT OR IGNORE INTO tagged VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(tag, ...rank)
    }
    if (!isHeld || numberOf(found?.['is_held']) === 1) return
    const { entity, content, tags } = recordTextOf(row)
    const columns = { entity, content: content.slice(0, HELD_TEXT), tags, context: '' }
    this.#statements
      .of(
        'INSERT INTO held (rowid, entity, content, tags, context, parts) VALUES (?, ?, ?, ?, ?, ?)'
      )
      .run(lastInsertRowid, ...columnsOf(columns))
  }
}

/** Whether the row has the tags and marks of the text. */
function hasMarksOf(row: Row, { tags, projects, stale }: SearchText): boolean {
  return (
    row['tags'] === tagText(tags) &&
    row['projects'] === projectText(projects) &&
    row['stale'] === STALE_STATES.indexOf(stale)
  )
}

function projectText(projects: readonly string[]): string {
  return projects.map(projectKeyOf).join(' ')
}

/** The columns of the index, as terms. */
function columnsOf({
  entity,
  content,
  tags,
  context
}: Pick<SearchText, 'content' | 'context' | 'entity' | 'tags'>): string[] {
  const columns = [entity, content, tags.join(' '), context].map(indexedTerms)
  return [...columns.map(({ words }) => words), columns.map(({ parts }) => parts).join(' ')]
}

const DELETE_TAG = `DELETE FROM tagged WHERE tag = ? AND kind = ? AND state = ? AND vouches = ?
  AND confidence = ? AND key = ? AND item = ?`

function rankOf(row: Row): number[] {
  return ['kind', 'state', 'vouches', 'confidence', 'key', 'item'].map((name) =>
    numberOf(row[name])
  )
}

function tagsOf(row: Row): Iterable<number> {
  const tags = String(row['tags']).split('\u001f').filter(Boolean)
  return new Set(tags.map(tagKeyOf))
}
