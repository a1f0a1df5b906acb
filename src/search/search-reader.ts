/**
 * Answers queries in stages: first items with all terms; then, unless `all`, items with all rare
 * terms; then items with any rare term. Common terms rank nothing and cost the most, since FTS5's
 * ranking counts every item of every term.
 */
import { bytesOf, numberOf } from './projection-file.ts'
import { STATES } from './record-row.ts'
import { excludedBy, isOfProject, projectKeyOf, STALE_STATES } from './item-marks.ts'
import { earliestOf, FIRST_HIVE_ITEM, tagText } from './search-schema.ts'
import { COLUMN_WEIGHTS, rankedScoreOf, scoreOf } from './search-ranking.ts'
import {
  HAS_COMPOUNDS,
  HAS_STEMS,
  expressionOf,
  formsOf,
  queryWords,
  wholeExpression,
  withoutStopWords
} from './search-terms.ts'
import { ORIGINS } from './search-query.ts'
import { Statements } from './statements.ts'
import { rankTurns } from './turn-ranking.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { Row } from './search-ranking.ts'
import type { QueryWord } from './search-terms.ts'
import type {
  SearchAnswer,
  SearchHit,
  SearchOrigin,
  SearchQuery,
  HeldMatches,
  TermCounts
} from './search-query.ts'

/** Rows that one stage compares, and those that it reads to find them; of more, the newest. */
const MAX_COMPARED = 400
const MAX_READ = 4_000

/** Rows that one read of the turns beside a row returns; several facts may come from one turn. */
const MAX_TURNS = 16

/** Longer questions are ranked by all words at once, if none of them is too common for that. */
const MAX_KEYWORDS = 3

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
  /** What is left out, likewise. */
  readonly exclusion: string | undefined
}

interface Stage {
  readonly expression: string
  /** Ranked by FTS5's bm25, or else by the fields of each item. */
  readonly isRanked: boolean
  /** Whether the parts of words are compared too. */
  readonly hasParts?: boolean
  /** Finds items that have little to do with the question. */
  readonly isLoose?: boolean
  /** Counts what is held back only: the ranked stage finds its matches too. */
  isForHeld?: boolean
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
  /** Terms that no item has. */
  readonly #absent = new Set<string>()
  /** Items when the search began, and how far the index had come. */
  #items = 0
  #position = 0

  constructor(database: DatabaseSync) {
    this.#statements = new Statements(database)
  }

  search(query: SearchQuery): SearchAnswer {
    const { limit, origins } = query
    const filter = filterOf(query)
    const words = queryWords(query.text)
    if (words.length === 0 && filter.expression === '') return NOTHING
    this.#startCounting()
    const hits = new Map<string, SearchHit>()
    const stages = this.#stages(words, query.all === true)
    for (const [i, stage] of stages.entries()) {
      if (stage.isForHeld === true) continue
      for (const hit of this.#match(stage, { words, filter, query })) {
        const name = Buffer.from(hit.digest).toString('latin1') + hit.origin
        // A hit of a later stage never precedes one of an earlier stage.
        if (!hits.has(name)) hits.set(name, { ...hit, score: hit.score / 4 ** i })
      }
      if (hits.size >= limit) break
    }
    const best = [...hits.values()].toSorted((x, y) => y.score - x.score).slice(0, limit)
    const withheld = origins.includes('hive') ? this.#withheld(stages, filter) : NOTHING.withheld
    if (query.all === true || words.length === 0) return { hits: best, withheld }
    return { hits: best, withheld, counts: this.#termCounts(words) }
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
    if (all || words.length === 0) return stages
    const telling = withoutStopWords(words)
    const allForms = telling.map(expressionOf).join(' AND ')
    stages.push({ expression: allForms, isRanked: false, hasParts: true })
    const forms = formsOf(telling, {
      hasStems: this.#countOf(wholeExpression(HAS_STEMS)) > 0,
      hasCompounds: this.#countOf(wholeExpression(HAS_COMPOUNDS)) > 0
    })
    if (telling.length > 1 || forms.length > 0) {
      const terms = telling.map(({ whole }) => wholeExpression(whole))
      const known = terms.filter((term) => this.#countOf(term) > 0)
      const rare = known.filter((term) => !this.#isCommon(term))
      const ranked = this.#rarest(rare, forms)
      stages.push(
        { expression: known.join(' AND '), isRanked: false },
        { expression: rare.join(' AND '), isRanked: false }
      )
      if (telling.length > MAX_KEYWORDS && known.every((term) => ranked.includes(term))) {
        for (const stage of stages) stage.isForHeld = true
      }
      stages.push(
        { expression: ranked.join(' OR '), isRanked: true, hasParts: forms.length > 0 },
        { expression: known.join(' OR '), isRanked: false, isLoose: true }
      )
    }
    const asked = new Set<string>()
    return stages.filter(
      ({ expression, hasParts = false }) =>
        expression !== '' && isNew(asked, `${expression} ${hasParts}`)
    )
  }

  /** The rarest words and then the rarest forms, as many as bm25 can rank the rows of. */
  #rarest(words: readonly string[], forms: readonly string[]): string[] {
    let rows = 0
    return [words, forms].flatMap((terms) =>
      terms
        .map((term) => ({ term, count: this.#countOf(term) }))
        .toSorted((a, b) => a.count - b.count)
        .filter(({ count }) => (rows += count) <= MAX_RANKED)
        .map(({ term }) => term)
    )
  }

  #match(stage: Stage, matching: Matching): SearchHit[] {
    const { words, query } = matching
    const rows = query.origins.flatMap((origin) => this.#rows(stage, origin, matching))
    const scored = stage.isRanked
      ? this.#rank(rows, matching)
      : withScores(rows, (row, latest) => scoreOf(row, latest, words))
    return scored.toSorted((a, b) => b.score - a.score).slice(0, query.limit)
  }

  #rank(rows: readonly Row[], { words, filter, query: { asOf } }: Matching): SearchHit[] {
    const ranked = rankTurns(rows, words, (conversation, first, last) =>
      this.#statements
        .of(
          `SELECT ${FIELDS}, 0 AS bm25 FROM items
           WHERE conversation = ? AND turn BETWEEN ? AND ? ${filter.sql}
             ${asOf === undefined ? '' : CURRENT} LIMIT ${MAX_TURNS}`
        )
        .all(conversation, first, last, ...filter.values, ...timesOf(asOf))
    )
    const best = ranked.reduce((most, { relevance }) => Math.max(most, relevance), 0)
    const relevances = new Map(ranked.map(({ row, relevance }) => [row, relevance / best]))
    return withScores([...relevances.keys()], (row, latest) =>
      rankedScoreOf(row, latest, relevances.get(row) ?? 0)
    )
  }

  #rows(stage: Stage, origin: SearchOrigin, { filter, query }: Matching): Row[] {
    const { isRanked } = stage
    const { limit, asOf } = query
    const rank = isRanked ? `, bm25(texts, ${COLUMN_WEIGHTS}) AS bm25` : ''
    return this.#statements
      .of(
        `SELECT ${FIELDS} ${isRanked ? ', found.bm25' : ''}
       FROM (SELECT rowid AS item ${rank} FROM texts
         WHERE texts MATCH ? AND rowid ${origin === 'local' ? '<' : '>='} ${FIRST_HIVE_ITEM}
         ORDER BY ${isRanked ? 'bm25' : 'rowid DESC'} LIMIT ${isRanked ? MAX_RANKED : MAX_READ}
       ) AS found CROSS JOIN items ON items.item = found.item
       WHERE 1 ${filter.sql} ${asOf === undefined ? '' : CURRENT} LIMIT ?`
      )
      .all(
        combineExpressions(stage, filter),
        ...filter.values,
        ...timesOf(asOf),
        isRanked && !this.#hasTurns() ? limit : Math.max(MAX_COMPARED, limit)
      )
  }

  /** Matches of all terms that are held back; without any, those of all known or rare terms. */
  #withheld(stages: readonly Stage[], filter: Filter): HeldMatches {
    for (const stage of stages) {
      if (stage.isRanked || stage.isLoose === true) continue
      const { expression } = filter
      // What is held back has no marks.
      const held = combineExpressions(stage, { expression, exclusion: undefined })
      const rows = this.#statements.of(HELD).all(held)
      if (rows.length === 0) continue
      const byState = new Map(rows.map((row) => [numberOf(row['state']), row]))
      const quarantined = byState.get(STATES.indexOf('quarantined'))
      return {
        quarantined: numberOf(quarantined?.['n'] ?? 0),
        disputed: numberOf(byState.get(STATES.indexOf('disputed'))?.['n'] ?? 0),
        vouches: numberOf(quarantined?.['vouches'] ?? 0)
      }
    }
    return NOTHING.withheld
  }

  #termCounts(words: readonly QueryWord[]): TermCounts {
    const counts = words.map(({ whole }) => this.#countOf(wholeExpression(whole)))
    return { items: this.#items, bound: Math.ceil(this.#commonCount()), counts }
  }

  #hasTurns(): boolean {
    const sql = 'SELECT 1 FROM items WHERE conversation IS NOT NULL LIMIT 1'
    return this.#statements.of(sql).get() !== undefined
  }

  #isCommon(term: string): boolean {
    return this.#countOf(term) > this.#commonCount()
  }

  /** Terms of more items are common. */
  #commonCount(): number {
    return Math.max(MAX_RANKED, COMMON_SHARE * this.#countedAt)
  }

  /** Once a search, since each count is read for several stages. */
  #startCounting(): void {
    const items = this.#readItems()
    if (items > this.#countedAt * RECOUNT_GROWTH || this.#counts.size > MAX_COUNTED_TERMS) {
      this.#counts.clear()
      this.#countedAt = items
    }
    const sql = 'SELECT total(position) AS sum FROM cursors WHERE origin >= 0'
    const position = numberOf(this.#statements.of(sql).get()?.['sum'])
    // The next item may have a term that none has yet.
    if (position !== this.#position) this.#absent.clear()
    this.#position = position
    this.#items = items
  }

  /** Items with the term, counted up to a bound. Only FTS5 knows the term after tokenising. */
  #countOf(term: string): number {
    const known = this.#absent.has(term) ? 0 : this.#counts.get(term)
    if (known !== undefined) return known
    const bound = Math.ceil(this.#commonCount()) + 1
    const sql = 'SELECT count(*) AS n FROM (SELECT rowid FROM texts WHERE texts MATCH ? LIMIT ?)'
    const count = numberOf(this.#statements.of(sql).get(term, bound)?.['n'])
    if (count > 0) this.#counts.set(term, count)
    else if (this.#absent.size < MAX_COUNTED_TERMS) this.#absent.add(term)
    return count
  }

  /** About as many as there are: numbers of removed items are not used again. */
  #readItems(): number {
    const local = this.#statements.of('SELECT max(item) AS n FROM items WHERE item < ?')
    const hive = this.#statements.of('SELECT max(item) AS n FROM items WHERE item >= ?')
    const first = FIRST_HIVE_ITEM
    return numberOf(local.get(first)?.['n']) + numberOf(hive.get(first)?.['n'] ?? first) - first
  }
}

/** The index finds entity and tags by their words; the rows are compared exactly. */
function filterOf(query: SearchQuery): Filter {
  const { entity, tags = [], length, project, onlyProject = false, includeStale = false } = query
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
  if (!includeStale) {
    parts.push('AND items.stale <> ?')
    values.push(STALE_STATES.indexOf('hidden'))
  }
  if (typeof project === 'string' && onlyProject) {
    parts.push('AND instr(items.projects, ?) > 0')
    values.push(projectKeyOf(project))
    words.push(isOfProject(project))
  } else if (project !== undefined) {
    const isOther = project === null ? '' : ' OR instr(items.projects, ?) > 0'
    parts.push(`AND (items.projects = ''${isOther})`)
    if (project !== null) values.push(projectKeyOf(project))
  }
  const expression = words.join(' AND ')
  return { sql: parts.join(' '), values, expression, exclusion: excludedBy(query) }
}

function isNew(known: Set<string>, expression: string): boolean {
  const { size } = known
  return known.add(expression).size > size
}

/** Tags serve as filters: a word of the question in a tag says little about the content. */
function combineExpressions(
  { expression, hasParts = false }: Stage,
  { expression: filter, exclusion }: Pick<Filter, 'exclusion' | 'expression'>
): string {
  const columns = hasParts ? 'entity content context parts' : 'entity content context'
  const terms = expression === '' ? [] : [`{${columns}} : (${expression})`]
  const wanted = [...terms, ...(filter === '' ? [] : [filter])].join(' AND ')
  return exclusion === undefined ? wanted : `(${wanted}) NOT (${exclusion})`
}

function withScores(
  rows: readonly Row[],
  score: (row: Row, latest: number) => number
): SearchHit[] {
  const latest = rows.reduce((max, row) => Math.max(max, numberOf(row['recorded_at'])), 0)
  return rows.map((row) => ({ ...hitOf(row), score: score(row, latest) }))
}

/** The values of `CURRENT`. */
function timesOf(asOf: number | undefined): number[] {
  return asOf === undefined ? [] : [asOf, asOf, asOf, asOf, asOf]
}

function hitOf(row: Row): Omit<SearchHit, 'score'> {
  return { digest: bytesOf(row['digest']), origin: ORIGINS[numberOf(row['origin'])] ?? 'local' }
}

const FIELDS = `items.item, items.digest, items.origin, items.entity, items.length, items.stale,
  items.confidence, items.recorded_at, items.conversation, items.turn`

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

const HELD = `SELECT records.state AS state, count(*) AS n, max(records.vouches) AS vouches
  FROM (SELECT rowid AS item FROM held WHERE held MATCH ? LIMIT ${MAX_WITHHELD}) AS found
  CROSS JOIN records ON records.item = found.item GROUP BY records.state`

const NOTHING: SearchAnswer = { hits: [], withheld: { quarantined: 0, disputed: 0, vouches: 0 } }
