/**
 * The vectors of facts and records: stored in SQLite with the cursors, in one transaction, and
 * searched in an HNSW graph (`vector-graph.ts`). The graph is saved next to the database now
 * and then, with its checksum. A missing, old or damaged graph is completed from the vectors, without
 * embedding any text again.
 */
import { renameSync, rmSync } from 'node:fs'
import { failureOf, ProjectionError } from './projection-failure.ts'
import { bytesOf, numberOf, ProjectionFile } from './projection-file.ts'
import { sumOf } from './projection-sum.ts'
import { VectorGraph } from './vector-graph.ts'
import { isExcluded, STALE_STATES } from './item-marks.ts'
import { ORIGINS } from './search-query.ts'
import type { Matches } from 'usearch'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { ItemMarks, MarkFilter } from './item-marks.ts'
import type { SearchHit, SearchOrigin } from './search-query.ts'

export interface VectorItem {
  readonly digest: Uint8Array
  /** Undefined for an item that was removed or is not embedded. */
  readonly vector?: Float32Array
  /** Default: of no project, and not stale. */
  readonly marks?: ItemMarks
}

const VERSION = 1

/** The sum and the last item of the saved graph. One of an earlier version has removed vectors. */
const GRAPH = 'erased-graph'

const SCHEMA = `
  CREATE TABLE vectors (
    item INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL, origin INTEGER NOT NULL,
    vector BLOB NOT NULL, UNIQUE (digest, origin)
  );
  CREATE TABLE cursors (origin INTEGER PRIMARY KEY, position INTEGER NOT NULL);
  CREATE TABLE properties (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
`

/**
 * Items of projects and stale ones. Files of earlier versions get this table when they are opened: a
 * new version would embed every text again.
 */
const MARKS = `CREATE TABLE IF NOT EXISTS marks (
  item INTEGER PRIMARY KEY, projects TEXT NOT NULL, stale INTEGER NOT NULL
)`

/** The most items that a search looks at, to find those that the query does not leave out. */
const MAX_NEAREST = 65_536
const NEAREST_GROWTH = 4

/** The graph is saved again after this many new vectors, and at least this share of all. */
const SAVE_MINIMUM = 10_000
const SAVE_SHARE = 0.1

/** A graph up to this size is saved at once when a vector was removed: some 20 MB. */
const SAVE_ERASED = 20_000

/** SQLite's default. */
const CHECKPOINT_PAGES = 1_000

const NO_MARKS: ItemMarks = { projects: [], stale: 'none' }

export class VectorDatabase {
  readonly #path: string
  readonly #file: ProjectionFile
  readonly #database: DatabaseSync
  readonly #find: StatementSync
  readonly #insert: StatementSync
  readonly #hit: StatementSync
  #graph: VectorGraph | undefined
  #unsaved = 0

  /**
   * Opens `path`, or memory for `:memory:`; starts empty if the file is damaged or of another
   * model.
   */
  constructor(path: string, model: string) {
    this.#path = path
    this.#file = open(path)
    this.#database = this.#file.database
    try {
      this.#database.exec(MARKS)
      if (this.#get('model') !== model) this.reset(model)
      this.#find = this.#database.prepare(
        'SELECT item FROM vectors WHERE digest = ? AND origin = ?'
      )
      this.#insert = this.#database.prepare(
        'INSERT INTO vectors (digest, origin, vector) VALUES (?, ?, ?)'
      )
      this.#hit = this.#database.prepare(
        `SELECT digest, origin, projects, stale FROM vectors LEFT JOIN marks USING (item)
         WHERE item = ?`
      )
      this.#openGraph()
    } catch (error) {
      if (failureOf(error) === 'damaged') this.#file.discard()
      else this.#database.close()
      throw error
    }
  }

  /** Whether a damaged file was deleted at the opening. */
  get wasDamaged(): boolean {
    return this.#file.wasDamaged
  }

  /** Throws `ProjectionError` (damaged) if the file is known to be damaged. */
  assertIntact(): void {
    this.#file.assertIntact()
  }

  /** Dimensions of the vectors; 0 while there are none. */
  get dimensions(): number {
    return numberOf(this.#get('dimensions'))
  }

  cursor(origin: SearchOrigin): number {
    const sql = 'SELECT position FROM cursors WHERE origin = ?'
    return numberOf(this.#database.prepare(sql).get(ORIGINS.indexOf(origin))?.['position'])
  }

  /** Deletes all vectors. */
  reset(model?: string): void {
    this.#file.change()
    this.#graph = undefined
    this.#database.exec(
      "BEGIN; DELETE FROM vectors; DELETE FROM marks; DELETE FROM cursors; DELETE FROM properties WHERE name <> 'model'"
    )
    if (model !== undefined) this.#set('model', model)
    this.#database.exec('COMMIT')
    rmSync(this.#graphPath, { force: true })
  }

  /** Replaces these vectors and moves the cursor, in one transaction. */
  apply(origin: SearchOrigin, items: readonly VectorItem[], position: number): void {
    const added: (readonly [bigint, Float32Array])[] = []
    const removed: bigint[] = []
    this.#file.change()
    this.#database.exec('BEGIN')
    try {
      for (const { digest, vector, marks } of items) {
        const found = this.#find.get(digest, ORIGINS.indexOf(origin))?.['item']
        if (found !== undefined) {
          this.#database.prepare('DELETE FROM vectors WHERE item = ?').run(found)
          this.#database.prepare('DELETE FROM marks WHERE item = ?').run(found)
          removed.push(BigInt(numberOf(found)))
        }
        if (vector === undefined) continue
        if (this.dimensions === 0) this.#set('dimensions', vector.length)
        if (vector.length !== this.dimensions)
          throw new ProjectionError('refused', 'a vector has another number of dimensions')
        const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
        const { lastInsertRowid } = this.#insert.run(digest, ORIGINS.indexOf(origin), bytes)
        this.#putMarks(lastInsertRowid, marks)
        added.push([BigInt(lastInsertRowid), vector])
      }
      this.#database
        .prepare('INSERT OR REPLACE INTO cursors (origin, position) VALUES (?, ?)')
        .run(ORIGINS.indexOf(origin), position)
      this.#database.exec('COMMIT')
    } catch (error) {
      // After some failures, such as a full disk, SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
    for (const item of removed) this.#graph?.remove(item)
    for (const [item, vector] of added) this.#add(item, vector)
    this.#unsaved += removed.length
    const size = this.#graph?.size ?? 0
    const wasErased = removed.length > added.length && size <= SAVE_ERASED
    if (wasErased || this.#unsaved > Math.max(SAVE_MINIMUM, size * SAVE_SHARE)) this.#save()
  }

  /** The nearest items, best first; the score is the cosine similarity. */
  search(
    vector: Float32Array,
    limit: number,
    origins: readonly SearchOrigin[],
    filter: MarkFilter = { includeStale: true }
  ): SearchHit[] {
    const graph = this.#graph
    if (graph === undefined || graph.size === 0 || vector.length !== this.dimensions) return []
    // The graph has no filter: items that are left out take no place, so more are read.
    for (let count = limit; ; count *= NEAREST_GROWTH) {
      const read = Math.min(count, Math.max(limit, MAX_NEAREST), graph.size)
      const hits = this.#nearest(graph.search(vector, read), origins, filter)
      const isLast = read < count || read === graph.size
      if (isLast || hits.length >= limit) return hits.slice(0, limit)
    }
  }

  #nearest(
    { keys, distances }: Pick<Matches, 'distances' | 'keys'>,
    origins: readonly SearchOrigin[],
    filter: MarkFilter
  ): SearchHit[] {
    const hits: SearchHit[] = []
    for (const [i, key] of keys.entries()) {
      const row = this.#hit.get(key)
      const origin = ORIGINS[numberOf(row?.['origin'])]
      // The graph still contains items that were removed since it was saved.
      if (row === undefined || origin === undefined || !origins.includes(origin)) continue
      if (isExcluded(marksOf(row), filter)) continue
      hits.push({ digest: bytesOf(row['digest']), origin, score: 1 - (distances[i] ?? 1) })
    }
    return hits
  }

  #putMarks(item: number | bigint, { projects, stale }: ItemMarks = NO_MARKS): void {
    if (projects.length === 0 && stale === 'none') return
    this.#database
      .prepare('INSERT INTO marks (item, projects, stale) VALUES (?, ?, ?)')
      .run(item, JSON.stringify(projects), STALE_STATES.indexOf(stale))
  }

  close(): void {
    if (this.#unsaved > 0) this.#save()
    this.#file.close()
  }

  /** Frees space after a failed write. */
  shrink(): void {
    this.#file.shrink()
  }

  /** Closes and deletes the file. */
  discard(): void {
    this.#file.discard()
  }

  get #graphPath(): string {
    return `${this.#path}.usearch`
  }

  #add(item: bigint, vector: Float32Array): void {
    this.#graph ??= new VectorGraph(vector.length)
    if (this.#graph.add(item, vector)) this.#unsaved += 1
  }

  /**
   * Written under another name first: a crash leaves the old graph complete. A graph that cannot be
   * written, since the disk is full, is completed at the next start.
   */
  #save(): void {
    if (this.#path === ':memory:' || this.#graph === undefined) return
    const path = `${this.#graphPath}.new`
    this.#unsaved = 0
    this.#file.change()
    try {
      this.#graph.save(path)
      const sum = sumOf(path)
      renameSync(path, this.#graphPath)
      const last = this.#database.prepare('SELECT max(item) AS n FROM vectors').get()?.['n']
      this.#set(GRAPH, `${sum} ${numberOf(last)}`)
    } catch {
      rmSync(path, { force: true })
    }
  }

  /** Loads the saved graph if it is the latest one, and adds the vectors after it. */
  #openGraph(): void {
    const { dimensions } = this
    if (dimensions === 0) return
    const last = this.#loadGraph(dimensions)
    this.#graph ??= new VectorGraph(dimensions)
    const later = this.#database.prepare('SELECT item, vector FROM vectors WHERE item > ?')
    for (const row of later.iterate(last)) {
      const bytes = Uint8Array.from(bytesOf(row['vector']))
      this.#add(BigInt(numberOf(row['item'])), new Float32Array(bytes.buffer))
    }
  }

  /** The last item of the loaded graph; 0 if it is missing, damaged or another one. */
  #loadGraph(dimensions: number): number {
    const [, sum, last] = /^(\d+ \d+) (\d+)$/.exec(String(this.#get(GRAPH))) ?? []
    try {
      if (sumOf(this.#graphPath) !== sum) return 0
      this.#graph = VectorGraph.load(this.#graphPath, dimensions)
    } catch {
      return 0
    }
    return Number(last)
  }

  #get(name: string): string | number | undefined {
    const sql = 'SELECT value FROM properties WHERE name = ?'
    const value = this.#database.prepare(sql).get(name)?.['value']
    return typeof value === 'string' || typeof value === 'number' ? value : undefined
  }

  #set(name: string, value: string | number): void {
    const sql = 'INSERT OR REPLACE INTO properties (name, value) VALUES (?, ?)'
    this.#database.prepare(sql).run(name, value)
  }
}

function open(path: string): ProjectionFile {
  return new ProjectionFile(path, {
    version: VERSION,
    schema: SCHEMA,
    pragmas: 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON',
    checkpointPages: CHECKPOINT_PAGES,
    beside: ['.usearch', '.usearch.new']
  })
}

function marksOf(row: Record<string, SQLOutputValue>): ItemMarks {
  if (typeof row['projects'] !== 'string') return NO_MARKS
  const projects: unknown = JSON.parse(row['projects'])
  const stale = STALE_STATES[numberOf(row['stale'])] ?? 'none'
  return { projects: Array.isArray(projects) ? projects.map(String) : [], stale }
}
