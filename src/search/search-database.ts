/**
 * The search database: full-text search over facts and records in SQLite FTS5
 * (https://www.sqlite.org/fts5.html). A projection: it holds no text, only the index and what
 * ranking and filters need; it can be deleted and made again from the store at any time.
 */
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { readAll, readRecord } from '../../crdt/index.ts'
import type { SQLOutputValue, StatementSync } from 'node:sqlite'
import type { HiveRecord } from '../../crdt/index.ts'

/** Facts of this node, or records of the hive. */
export type SearchOrigin = 'local' | 'hive'

/** What is indexed, or, without a record, no longer is. */
export interface SearchItem {
  readonly digest: Uint8Array
  readonly record?: Uint8Array
  readonly tags?: readonly string[]
  /** 0 to 1. */
  readonly confidence?: number
  /** Milliseconds since 1970. */
  readonly recordedAt?: number
}

export interface SearchQuery {
  readonly text: string
  readonly limit: number
  readonly origins: readonly SearchOrigin[]
  /** Exact, whatever the case. */
  readonly entity?: string
  /** All of them. */
  readonly tags?: readonly string[]
  /** Only what has every term of the text. */
  readonly all?: boolean
  /** Only content of at least, and at most, so many characters. */
  readonly length?: readonly [least: number, most: number]
}

export interface SearchHit {
  readonly digest: Uint8Array
  readonly origin: SearchOrigin
  /** Larger is better; comparable within one answer only. */
  readonly score: number
}

const VERSION = 1

const ORIGINS: readonly SearchOrigin[] = ['local', 'hive']

const SCHEMA = `
  CREATE TABLE items (
    item INTEGER PRIMARY KEY, key INTEGER NOT NULL, digest BLOB NOT NULL, origin INTEGER NOT NULL,
    entity TEXT NOT NULL COLLATE NOCASE, tags TEXT NOT NULL, length INTEGER NOT NULL,
    confidence REAL NOT NULL, recorded_at INTEGER NOT NULL
  );
  CREATE INDEX items_by_key ON items (key);
  CREATE VIRTUAL TABLE texts USING fts5 (
    entity, content, tokenize = "porter unicode61 remove_diacritics 2", content = '', contentless_delete = 1
  );
  CREATE TABLE cursors (origin INTEGER PRIMARY KEY, position INTEGER NOT NULL);
  INSERT INTO texts (texts, rank) VALUES ('hashsize', 67108864);
`

/** Weight of a match in the entity beside one in the content. */
const ENTITY_WEIGHT = 2

/** Matches of all terms that are compared; of more, the first that were indexed. */
const MAX_RANKED = 400

/** Characters of content at which brevity counts half. */
const TYPICAL_LENGTH = 200

/** How much confidence and recency may move a hit: tie-breakers. */
const CONFIDENCE_WEIGHT = 0.05
const RECENCY_WEIGHT = 0.05
const RECENCY_HALF_LIFE = 90 * 24 * 60 * 60 * 1000

/** Terms in more than this share of all items rank nothing and cost the most. */
const COMMON_SHARE = 0.01
const COMMON_MINIMUM = 1_000

/** Term counts remembered, and the growth after which they are counted again. */
const MAX_COUNTED_TERMS = 10_000
const RECOUNT_GROWTH = 1.25

const MAX_TERMS = 32

export class SearchDatabase {
  readonly #database: DatabaseSync
  readonly #counts = new Map<string, number>()
  #countedAt = 0
  readonly #insertItem: StatementSync
  readonly #insertText: StatementSync
  readonly #find: StatementSync
  readonly #deleteItem: StatementSync
  readonly #deleteText: StatementSync
  readonly #setCursor: StatementSync

  /** Opens `path`, or memory for `:memory:`; makes it anew when it is of another version or damaged. */
  constructor(path: string) {
    this.#database = open(path)
    const prepare = (sql: string): StatementSync => this.#database.prepare(sql)
    this.#insertItem = prepare(
      'INSERT INTO items (key, digest, origin, entity, tags, length, confidence, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'
    )
    this.#insertText = prepare('INSERT INTO texts (rowid, entity, content) VALUES (?, ?, ?)')
    this.#find = prepare('SELECT item FROM items WHERE key = ? AND digest = ? AND origin = ?')
    this.#deleteItem = prepare('DELETE FROM items WHERE item = ?')
    this.#deleteText = prepare('DELETE FROM texts WHERE rowid = ?')
    this.#setCursor = prepare('INSERT OR REPLACE INTO cursors (origin, position) VALUES (?, ?)')
  }

  /** Position in the origin's log up to which it is indexed. */
  cursor(origin: SearchOrigin): number {
    const row = this.#database
      .prepare('SELECT position FROM cursors WHERE origin = ?')
      .get(ORIGINS.indexOf(origin))
    return numberOf(row?.['position'])
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

  /**
   * Best first: what has all terms of the query, then, unless `all`, what has all that are not
   * common, then what has any of these. Terms that are in a large share of all items rank nothing
   * and would cost the most: FTS5's own ranking counts every item of every term.
   */
  search(query: SearchQuery): SearchHit[] {
    const { text, limit, entity, all = false } = query
    const filter = filterOf(query)
    const terms = termsOf(entity !== undefined && text.trim() === '' ? entity : text)
    if (terms.length === 0) return []
    const rare = terms.filter((term) => !this.#isCommon(term))
    const stages = [terms.join(' ')]
    if (!all && rare.length > 0 && rare.length < terms.length) stages.push(rare.join(' '))
    if (!all && rare.length > 1) stages.push(rare.join(' OR '))
    if (!all && rare.length === 0 && terms.length > 1) stages.push(terms.join(' OR '))
    const hits = new Map<string, SearchHit>()
    for (const [stage, expression] of stages.entries()) {
      const isRanked = expression.includes(' OR ') && rare.length > 0
      for (const hit of this.#match(expression, terms, filter, limit, isRanked)) {
        const name = Buffer.from(hit.digest).toString('latin1') + hit.origin
        // A later stage never comes before an earlier one.
        const score = hit.score / 2 ** stage
        if (!hits.has(name)) hits.set(name, { ...hit, score })
      }
      if (hits.size >= limit) break
    }
    return [...hits.values()].toSorted((x, y) => y.score - x.score).slice(0, limit)
  }

  /** Items of the origin. */
  count(origin: SearchOrigin): number {
    const row = this.#database
      .prepare('SELECT count(*) AS n FROM items WHERE origin = ?')
      .get(ORIGINS.indexOf(origin))
    return numberOf(row?.['n'])
  }

  close(): void {
    this.#database.close()
  }

  #replace(origin: SearchOrigin, { digest, record, ...item }: SearchItem): void {
    const key = keyOf(digest)
    const found = this.#find.get(key, digest, ORIGINS.indexOf(origin))
    if (found !== undefined) {
      const rowid = numberOf(found['item'])
      this.#deleteItem.run(rowid)
      this.#deleteText.run(rowid)
    }
    if (record === undefined) return
    const said = readAll(record, readRecord)
    const { lastInsertRowid } = this.#insertItem.run(
      key,
      digest,
      ORIGINS.indexOf(origin),
      said.entity,
      tagText(item.tags ?? []),
      said.content.length,
      item.confidence ?? 0,
      item.recordedAt ?? 0
    )
    this.#insertText.run(lastInsertRowid, said.entity, contentOf(said))
  }

  /** Matches of one expression; `isRanked`: by FTS5's bm25, else by what is kept of each item. */
  #match(
    expression: string,
    terms: readonly string[],
    filter: Filter,
    limit: number,
    isRanked: boolean
  ): SearchHit[] {
    const order = isRanked ? `ORDER BY bm25(texts, ${ENTITY_WEIGHT}, 1)` : ''
    const rows = this.#database
      .prepare(
        `SELECT items.digest, items.origin, items.entity, items.length, items.confidence,
           items.recorded_at
         FROM texts JOIN items ON items.item = texts.rowid
         WHERE texts MATCH ? ${filter.sql} ${order} LIMIT ?`
      )
      .all(expression, ...filter.values, isRanked ? limit : MAX_RANKED)
    const latest = rows.reduce((max, row) => Math.max(max, numberOf(row['recorded_at'])), 0)
    return rows
      .map((row, i) => ({
        ...hitOf(row),
        score: scoreOf(row, latest, terms) * (isRanked ? 1 / (1 + i / rows.length) : 1)
      }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit)
  }

  #isCommon(term: string): boolean {
    const items = this.#items()
    if (items < COMMON_MINIMUM / COMMON_SHARE) return false
    if (items > this.#countedAt * RECOUNT_GROWTH || this.#counts.size > MAX_COUNTED_TERMS) {
      this.#counts.clear()
      this.#countedAt = items
    }
    const known = this.#counts.get(term)
    const count = known ?? this.#countOf(term)
    if (known === undefined) this.#counts.set(term, count)
    return count > Math.max(COMMON_MINIMUM, COMMON_SHARE * items)
  }

  /** The term as the tokenizer leaves it is not known here: FTS5 counts the matches itself. */
  #countOf(term: string): number {
    const bound = Math.ceil(Math.max(COMMON_MINIMUM, COMMON_SHARE * this.#items())) + 1
    const row = this.#database
      .prepare('SELECT count(*) AS n FROM (SELECT rowid FROM texts WHERE texts MATCH ? LIMIT ?)')
      .get(term, bound)
    return numberOf(row?.['n'])
  }

  #items(): number {
    return numberOf(this.#database.prepare('SELECT max(item) AS n FROM items').get()?.['n'])
  }
}

interface Filter {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

function filterOf({ origins, entity, tags = [], length }: SearchQuery): Filter {
  const parts: string[] = []
  const values: (string | number)[] = []
  if (origins.length === 1) {
    parts.push('AND items.origin = ?')
    values.push(origins[0] === 'local' ? 0 : 1)
  }
  if (entity !== undefined) {
    parts.push('AND items.entity = ?')
    values.push(entity)
  }
  for (const tag of tags) {
    parts.push('AND instr(items.tags, ?) > 0')
    values.push(tagText([tag]))
  }
  if (length !== undefined) {
    parts.push('AND items.length BETWEEN ? AND ?')
    values.push(...length)
  }
  return { sql: parts.join(' '), values }
}

/** Words and numbers of a query, quoted, since FTS5 would read operators in them. */
function termsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return [...new Set(words)].slice(0, MAX_TERMS).map((word) => `"${word}"`)
}

function contentOf({ content, attribute, value }: HiveRecord): string {
  return attribute === undefined ? content : `${content} ${attribute} ${value ?? ''}`
}

/** Tags with a separator around each, which no tag holds. */
function tagText(tags: readonly string[]): string {
  return tags.length === 0 ? '' : `\u001f${tags.join('\u001f')}\u001f`
}

/** Of items that match alike: terms in the entity, then brevity; confidence and recency break ties. */
function scoreOf(
  row: Record<string, SQLOutputValue>,
  latest: number,
  terms: readonly string[]
): number {
  const entity = String(row['entity']).toLowerCase()
  const named = terms.filter((term) => entity.includes(term.slice(1, -1))).length / terms.length
  const brevity = 1 / (1 + numberOf(row['length']) / TYPICAL_LENGTH)
  const recency = 0.5 ** ((latest - numberOf(row['recorded_at'])) / RECENCY_HALF_LIFE)
  return (
    ENTITY_WEIGHT * named +
    brevity +
    CONFIDENCE_WEIGHT * numberOf(row['confidence']) +
    RECENCY_WEIGHT * recency
  )
}

function hitOf(row: Record<string, SQLOutputValue>): Omit<SearchHit, 'score'> {
  return { digest: bytesOf(row['digest']), origin: ORIGINS[numberOf(row['origin'])] ?? 'local' }
}

/** The first 8 bytes of a digest as the integer that SQLite indexes best. */
function keyOf(digest: Uint8Array): bigint {
  return new DataView(digest.buffer, digest.byteOffset, 8).getBigInt64(0)
}

function numberOf(value: SQLOutputValue | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array()
}

function open(path: string): DatabaseSync {
  try {
    return openAt(path)
  } catch (error) {
    if (path === ':memory:') throw error
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
    return openAt(path)
  }
}

/** Throws when the file is not a whole database. */
function openAt(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    // What a crash takes is indexed again: the cursor is part of the same transaction.
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY'
    )
    database.exec('PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192')
    const version = numberOf(database.prepare('PRAGMA user_version').get()?.['user_version'])
    if (version === VERSION) return database
    if (version !== 0) throw new Error(`a search database of version ${version}`)
    database.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${VERSION}; COMMIT`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
