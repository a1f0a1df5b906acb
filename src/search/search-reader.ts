/**
 * Answers queries in stages: first items with all terms; then, unless `all`, items with all rare
 * terms; then items with any rare term. Common terms rank nothing and cost the most, since FTS5's
 * ranking counts every item of every term.
 */
import { bytesOf, numberOf } from './projection-file.ts'
import { STATES } from './record-row.ts'
import { earliestOf, FIRST_HIVE_ITEM, tagText } from './search-schema.ts'
import { COLUMN_WEIGHTS, rankedScoreOf, scoreOf } from './search-ranking.ts'
import { expressionOf, formsOf, queryWords, wholeExpression, withoutStopWords } from './search-terms.ts'
import { ORIGINS } from './search-query.ts'
import { Statements } from './statements.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { Row } from './search-ranking.ts'
import type { QueryWord } from './search-terms.ts'
import type {
  SearchAnswer,
  SearchHit,
  SearchOrigin,
  SearchQuery,
  Withheld
} from './search-query.ts'

/** Rows that one stage compares, and those that it reads to find them; of more, the newest. */
const MAX_COMPARED = 400
const MAX_READ = 4_000

/** Rows that bm25 ranks: it costs 3 us a row. */
const MAX_RANKED = 5_000

/** Matches that are held back are counted up to this. */
const MAX_WITHHELD = 100

/** Terms in more than this share of all items are common, if bm25 cannot rank as many. */
const COMMON_SHARE = 0.01

/** Term counts that are cached, and the growth of the index after which they are counted again. */
const MAX_COUNTED_TERMS = 10_000
const RECOUNT_GROWTH = 1.25

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
  /** Whether the parts of words are compared too. */
  readonly hasParts?: boolean
  /** Finds items that have little to do with the question. */
  readonly isLoose?: boolean
}

/** What the stages of one query share. */
interface Matching {
  readonly words: readonly QueryWord[]
  readonly filter: Filter
  readonly query: SearchQuery
}

export class SearchReader {
  readonly #statements: Statements
  readonly #counts = new Map<string, number>()
  #countedAt = 0

  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database)
  }

  search(query: SearchQuery): SearchAnswer {
    const { limit, origins } = query
    const filter = filterOf(query)
    const words = queryWords(query.text)
    if (words.length === 0 && filter.expression === '') return NOTHING
    const hits = new Map<string, SearchHit>()
    const stages = this.#stages(words, query.all === true)
    for (const [i, stage] of stages.entries()) {
      for (const hit of this.#match(stage, { words, filter, query })) {
        const name = Buffer.from(hit.digest).toString('latin1') + hit.origin
        // A hit of a later stage never precedes one of an earlier stage.
        if (!hits.has(name)) hits.set(name, { ...hit, score: hit.score / 4 ** i })
      }
      if (hits.size >= limit) break
    }
    const best = [...hits.values()].toSorted((x, y) => y.score - x.score).slice(0, limit)
    const withheld = origins.includes('hive') ? this.#withheld(stages, filter) : NOTHING.withheld
    return { hits: best, withheld }
  }

  /** Items of the origin. */
  count(origin: number): number {
    return numberOf(
      this.#statements.of('SELECT count(*) AS n FROM items WHERE origin = ?').get(origin)?.['n']
    )
  }

  /**
   * Whole words first; then the parts of identifiers too, without stop words; then the words that
   * any text has: all of them, all rare ones, some rare ones, and at last any of them.
   */
  #stages(words: readonly QueryWord[], all: boolean): Stage[] {
    const wholes = words.map(({ whole }) => wholeExpression(whole))
    const stages: Stage[] = [{ expression: wholes.join(' AND '), isRanked: false }]
    if (process.env.NOAND && words.length > 3) stages.length = 0
    if (all || words.length === 0) return stages
    const telling = withoutStopWords(words)
    const forms = telling.map(expressionOf).join(' AND ')
    const K = +(process.env.K ?? 3)
    if (telling.length <= K) stages.push({ expression: forms, isRanked: false, hasParts: true })
    else stages.length = 0
    if (telling.length > 1) {
      const terms = telling.map(({ whole }) => wholeExpression(whole))
      const known = terms.filter((term) => this.#countOf(term) > 0)
      const rare = known.filter((term) => this.#countOf(term) <= this.#commonCount())
      const others = process.env.NOFORMS ? [] : formsOf(telling).map(wholeExpression).filter((term) => this.#countOf(term) <= this.#commonCount())
      if (telling.length <= K) stages.push(
        { expression: known.join(' AND '), isRanked: false },
        { expression: rare.join(' AND '), isRanked: false })
      stages.push(
        { expression: this.#rarest([...rare, ...others]).join(' OR '), isRanked: true, hasParts: true },
        { expression: known.join(' OR '), isRanked: false, isLoose: true }
      )
    }
    const asked = new Set<string>()
    return stages.filter(
      ({ expression, hasParts = false }) =>
        expression !== '' && isNew(asked, `${expression} ${hasParts}`)
    )
  }

  /** The rarest terms, as many as bm25 can rank the rows of. */
  #rarest(terms: readonly string[]): string[] {
    let rows = 0
    return terms
      .map((term) => ({ term, count: this.#countOf(term) }))
      .toSorted((a, b) => a.count - b.count)
      .filter(({ count }) => (rows += count) <= MAX_RANKED)
      .map(({ term }) => term)
  }

  #match(stage: Stage, matching: Matching): SearchHit[] {
    const { words, query } = matching
    const found = query.origins.flatMap((origin) => this.#rows(stage, origin, matching))
    const rows = stage.isRanked ? this.#withNeighbours(found, matching) : found
    const latest = rows.reduce((max, row) => Math.max(max, numberOf(row['recorded_at'])), 0)
    const best = rows.reduce((least, row) => Math.min(least, numberOf(row['bm25'])), 0)
    return rows
      .map((row) => ({
        ...hitOf(row),
        score: stage.isRanked ? rankedScoreOf(row, latest, best) : scoreOf(row, latest, words)
      }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, query.limit)
  }

  #withNeighbours(rows: Row[], matching: Matching): Row[] {
    const E = process.env
    if ((globalThis as any).DUMP) (globalThis as any).DUMP.push(rows.map((r) => [r['session'], r['turn'], -numberOf(r['bm25'])]))
    const at = (s: unknown, t: number) => `${s}:${t}`
    const own = new Map<string, number>()
    const sums = new Map<unknown, number>()
    for (const r of rows) {
      if (r['session'] === null) continue
      const k = at(r['session'], Number(r['turn']))
      own.set(k, Math.max(own.get(k) ?? 0, -numberOf(r['bm25'])))
      sums.set(r['session'], (sums.get(r['session']) ?? 0) - numberOf(r['bm25']))
    }
    if (own.size === 0) return rows
    const all = [...rows]
    const seen = new Set(own.keys())
    for (const r of rows.slice(0, +(E.NB ?? 64))) {
      if (r['session'] === null) continue
      for (const d of [-1, 1]) {
        const k = at(r['session'], Number(r['turn']) + d)
        if (seen.has(k)) continue
        seen.add(k)
        all.push(...this.#statements.of('SELECT digest, origin, entity, length, confidence, recorded_at, session, turn, 0 AS bm25 FROM items WHERE session = ? AND turn = ?').all(r['session'] as any, Number(r['turn']) + d))
      }
    }
    const nx = +(E.NX ?? 0.4), pv = +(E.PV ?? 0), ss = +(E.SS ?? 0.15), n2 = +(E.N2 ?? 0)
    return all.map((r) => {
      if (r['session'] === null) return r
      const b = (d: number) => own.get(at(r['session'], Number(r['turn']) + d)) ?? 0
      const sum = sums.get(r['session']) ?? 0
      return { ...r, bm25: numberOf(r['bm25']) - nx * b(1) - pv * b(-1) - n2 * (b(2) + b(-2)) - (E.SN ? ss * sum / Math.sqrt(rows.length) : ss * sum / +(E.SD ?? 1)) }
    })
  }

  #rows(stage: Stage, origin: SearchOrigin, { filter, query }: Matching): Row[] {
    const { isRanked } = stage
    const { limit, asOf } = query
    const rank = isRanked ? `, bm25(texts, ${COLUMN_WEIGHTS}) AS bm25` : ''
    return this.#statements
      .of(
        `SELECT items.digest, items.origin, items.entity, items.length, items.confidence,
         items.recorded_at ${isRanked ? ', found.bm25, items.session, items.turn' : ''}
       FROM (SELECT rowid AS item ${rank} FROM texts
         WHERE texts MATCH ? AND rowid ${origin === 'local' ? '<' : '>='} ${FIRST_HIVE_ITEM}
         ORDER BY ${isRanked ? 'bm25' : 'rowid DESC'} LIMIT ${isRanked ? MAX_RANKED : MAX_READ}
       ) AS found CROSS JOIN items ON items.item = found.item
       WHERE 1 ${filter.sql} ${asOf === undefined ? '' : CURRENT} LIMIT ?`
      )
      .all(
        combineExpressions(stage, filter.expression),
        ...filter.values,
        ...(asOf === undefined ? [] : [asOf, asOf, asOf, asOf, asOf]),
        isRanked ? Math.max(+(process.env.RL ?? 400), limit) : Math.max(MAX_COMPARED, limit)
      )
  }

  /** Matches of all terms that are held back; without any, those of all known or rare terms. */
  #withheld(stages: readonly Stage[], filter: Filter): Withheld {
    for (const stage of stages) {
      if (stage.isRanked || stage.isLoose === true) continue
      const rows = this.#statements.of(HELD).all(combineExpressions(stage, filter.expression))
      if (rows.length === 0) continue
      const counts = new Map(rows.map((row) => [numberOf(row['state']), numberOf(row['n'])]))
      return {
        quarantined: counts.get(STATES.indexOf('quarantined')) ?? 0,
        disputed: counts.get(STATES.indexOf('disputed')) ?? 0
      }
    }
    return NOTHING.withheld
  }

  /** Terms of more items are common. */
  #commonCount(): number {
    return Math.max(MAX_RANKED, COMMON_SHARE * this.#countedAt)
  }

  /** Items with the term, counted up to a bound. Only FTS5 knows the term after tokenising. */
  #countOf(term: string): number {
    const items = this.#items()
    if (items > this.#countedAt * RECOUNT_GROWTH || this.#counts.size > MAX_COUNTED_TERMS) {
      this.#counts.clear()
      this.#countedAt = items
    }
    const known = this.#counts.get(term)
    if (known !== undefined) return known
    const bound = Math.ceil(this.#commonCount()) + 1
    const sql = 'SELECT count(*) AS n FROM (SELECT rowid FROM texts WHERE texts MATCH ? LIMIT ?)'
    const count = numberOf(this.#statements.of(sql).get(term, bound)?.['n'])
    // The next item may have a term that none has yet.
    if (count > 0) this.#counts.set(term, count)
    return count
  }

  /** About as many as there are: numbers of removed items are not used again. */
  #items(): number {
    const local = this.#statements.of('SELECT max(item) AS n FROM items WHERE item < ?')
    const hive = this.#statements.of('SELECT max(item) AS n FROM items WHERE item >= ?')
    const first = FIRST_HIVE_ITEM
    return numberOf(local.get(first)?.['n']) + numberOf(hive.get(first)?.['n'] ?? first) - first
  }
}

/** The index finds entity and tags by their words; the rows are compared exactly. */
function filterOf({ entity, tags = [], length }: SearchQuery): Filter {
  const parts: string[] = []
  const values: (string | number)[] = []
  const words: string[] = []
  if (entity !== undefined) {
    parts.push('AND items.entity = ?')
    values.push(entity.toLowerCase())
    words.push(...queryWords(entity).map((word) => `{entity parts} : ${expressionOf(word)}`))
  }
  for (const tag of tags) {
    parts.push('AND instr(items.tags, ?) > 0')
    values.push(tagText([tag]))
    words.push(...queryWords(tag).map((word) => `{tags parts} : ${expressionOf(word)}`))
  }
  if (length !== undefined) {
    parts.push('AND items.length BETWEEN ? AND ?')
    values.push(...length)
  }
  return { sql: parts.join(' '), values, expression: words.join(' AND ') }
}

function isNew(known: Set<string>, expression: string): boolean {
  const { size } = known
  return known.add(expression).size > size
}

/** Tags serve as filters: a word of the question in a tag says little about the content. */
function combineExpressions({ expression, hasParts = false }: Stage, filter: string): string {
  if (expression === '') return filter
  const columns = hasParts ? 'entity content context parts' : 'entity content context'
  const terms = `{${columns}} : (${expression})`
  return filter === '' ? terms : `${terms} AND ${filter}`
}

function hitOf(row: Row): Omit<SearchHit, 'score'> {
  return { digest: bytesOf(row['digest']), origin: ORIGINS[numberOf(row['origin'])] ?? 'local' }
}

/**
 * Notes, and claims that hold and that no later one supersedes. A claim that is a fact of this node
 * and in the hive began at the earlier time.
 */
const CURRENT = `AND (items.slot IS NULL OR (items.begin <= ? AND items.until > ? AND NOT EXISTS (
  SELECT 1 FROM claims AS later CROSS JOIN items AS other ON other.item = later.item
  WHERE later.slot = items.slot
    AND later.begin > (SELECT max(own.begin) FROM claims AS own
      WHERE own.item = items.item AND own.begin <= ?)
    AND later.begin <= ? AND later.until > ? AND other.digest <> items.digest
    AND (later.is_first = 0 OR later.begin = ${earliestOf('other')}))))`

const HELD = `SELECT records.state AS state, count(*) AS n
  FROM (SELECT rowid AS item FROM held WHERE held MATCH ? LIMIT ${MAX_WITHHELD}) AS found
  CROSS JOIN records ON records.item = found.item GROUP BY records.state`

const NOTHING: SearchAnswer = { hits: [], withheld: { quarantined: 0, disputed: 0 } }
