/**
 * Answers queries in stages: first items with all terms; then, unless `all`, items with all rare
 * terms; then items with any rare term. Common terms rank nothing and cost the most, since FTS5's
 * ranking counts every item of every term.
 */
import { bytesOf, numberOf } from './projection-file.ts'
import { tagText } from './search-schema.ts'
import { COLUMN_WEIGHTS, rankedScoreOf, scoreOf, termsOf } from './search-ranking.ts'
import { ORIGINS } from './search-query.ts'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Row } from './search-ranking.ts'
import type { SearchHit, SearchQuery } from './search-query.ts'

/** Least number of matches of all terms that are compared; of more, the first ones indexed. */
const MIN_RANKED = 400

/** Terms in more than this share of all items are common. */
const COMMON_SHARE = 0.01
const COMMON_MINIMUM = 1_000

/** Term counts that are cached, and the growth of the index after which they are counted again. */
const MAX_COUNTED_TERMS = 10_000
const RECOUNT_GROWTH = 1.25

/** There are few shapes of queries; each is prepared once. */
const MAX_STATEMENTS = 64

interface Filter {
  readonly sql: string
  readonly values: readonly (string | number)[]
  /** A further FTS5 expression, so that a filter uses the index instead of a scan. */
  readonly expression: string
}

interface Stage {
  readonly expression: string
  /** Ranked by FTS5's bm25, or else by the fields of each item. */
  readonly isRanked: boolean
}

export class SearchReader {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #counts = new Map<string, number>()
  #countedAt = 0

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Best first. */
  search(query: SearchQuery): SearchHit[] {
    const { limit } = query
    const filter = filterOf(query)
    const terms = termsOf(query.text)
    if (terms.length === 0 && filter.expression === '') return []
    const hits = new Map<string, SearchHit>()
    for (const [i, stage] of this.#stages(terms, query.all === true).entries()) {
      for (const hit of this.#match(stage, terms, filter, limit)) {
        const name = Buffer.from(hit.digest).toString('latin1') + hit.origin
        // A hit of a later stage never precedes one of an earlier stage.
        if (!hits.has(name)) hits.set(name, { ...hit, score: hit.score / 4 ** i })
      }
      if (hits.size >= limit) break
    }
    return [...hits.values()].toSorted((x, y) => y.score - x.score).slice(0, limit)
  }

  /** Items of the origin. */
  count(origin: number): number {
    return numberOf(
      this.#prepare('SELECT count(*) AS n FROM items WHERE origin = ?').get(origin)?.['n']
    )
  }

  #stages(terms: readonly string[], all: boolean): Stage[] {
    const every = { expression: terms.join(' '), isRanked: false }
    if (all || terms.length < 2) return [every]
    const rare = terms.filter((term) => !this.#isCommon(term))
    if (rare.length === 0) return [every, { expression: terms.join(' OR '), isRanked: false }]
    const rareOnly = { expression: rare.join(' '), isRanked: false }
    const any = { expression: rare.join(' OR '), isRanked: true }
    if (rare.length === terms.length) return [every, any]
    return rare.length === 1 ? [every, rareOnly] : [every, rareOnly, any]
  }

  #match(
    { expression, isRanked }: Stage,
    terms: readonly string[],
    filter: Filter,
    limit: number
  ): SearchHit[] {
    const rows = this.#prepare(
      `SELECT items.digest, items.origin, items.entity, items.length, items.confidence,
         items.recorded_at ${isRanked ? `, bm25(texts, ${COLUMN_WEIGHTS}) AS bm25` : ''}
       FROM texts CROSS JOIN items ON items.item = texts.rowid
       WHERE texts MATCH ? ${filter.sql} ${isRanked ? 'ORDER BY bm25' : ''} LIMIT ?`
    ).all(
      combineExpressions(expression, filter.expression),
      ...filter.values,
      isRanked ? limit : Math.max(MIN_RANKED, limit)
    )
    const latest = rows.reduce((max, row) => Math.max(max, numberOf(row['recorded_at'])), 0)
    const best = numberOf(rows[0]?.['bm25'])
    return rows
      .map((row) => ({
        ...hitOf(row),
        score: isRanked ? rankedScoreOf(row, latest, best) : scoreOf(row, latest, terms)
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
    const count = known ?? this.#countOf(term, items)
    if (known === undefined) this.#counts.set(term, count)
    return count > Math.max(COMMON_MINIMUM, COMMON_SHARE * items)
  }

  /** Only FTS5 knows the term after tokenising, so FTS5 counts the matches. */
  #countOf(term: string, items: number): number {
    const bound = Math.ceil(Math.max(COMMON_MINIMUM, COMMON_SHARE * items)) + 1
    const sql = 'SELECT count(*) AS n FROM (SELECT rowid FROM texts WHERE texts MATCH ? LIMIT ?)'
    return numberOf(this.#prepare(sql).get(term, bound)?.['n'])
  }

  #items(): number {
    return numberOf(this.#prepare('SELECT max(item) AS n FROM items').get()?.['n'])
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear()
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** The index finds entity and tags by their words; the rows are compared exactly. */
function filterOf({ origins, entity, tags = [], length }: SearchQuery): Filter {
  const parts: string[] = []
  const values: (string | number)[] = []
  const words: string[] = []
  if (origins.length === 1) {
    parts.push('AND items.origin = ?')
    values.push(origins[0] === 'local' ? 0 : 1)
  }
  if (entity !== undefined) {
    parts.push('AND items.entity = ?')
    values.push(entity)
    words.push(...termsOf(entity).map((term) => `entity : ${term}`))
  }
  for (const tag of tags) {
    parts.push('AND instr(items.tags, ?) > 0')
    values.push(tagText([tag]))
    words.push(...termsOf(tag).map((term) => `tags : ${term}`))
  }
  if (length !== undefined) {
    parts.push('AND items.length BETWEEN ? AND ?')
    values.push(...length)
  }
  return { sql: parts.join(' '), values, expression: words.join(' AND ') }
}

function combineExpressions(terms: string, filter: string): string {
  if (terms === '') return filter
  // Tags serve as filters: a word of the question in a tag says little about the content.
  const expression = `{entity content context} : (${terms})`
  return filter === '' ? expression : `${expression} AND ${filter}`
}

function hitOf(row: Row): Omit<SearchHit, 'score'> {
  return { digest: bytesOf(row['digest']), origin: ORIGINS[numberOf(row['origin'])] ?? 'local' }
}
