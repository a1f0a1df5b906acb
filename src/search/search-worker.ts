/** A thread that owns search databases, so that indexing does not block the event loop. */
import { parentPort } from 'node:worker_threads'
import { messageOf } from '../errors.ts'
import { failureOf, ProjectionError } from './projection-failure.ts'
import { decodeRecordRow } from './record-row.ts'
import { factTextOf } from './search-text.ts'
import { unpackItems } from './packed-items.ts'
import { SearchDatabase } from './search-database.ts'
import { claimHitsOf, holdingOf, withUnindexed } from './unindexed.ts'
import { VectorDatabase } from './vector-database.ts'
import type { FactItem, RecordItem, SearchOrigin } from './search-query.ts'
import type { UnindexedItem } from './unindexed.ts'
import type { AnyAnswer, SearchRequest, ThreadRequest } from './search-thread.ts'

const port = parentPort
if (port === null) throw new Error('This file runs only in a worker thread.')

type Database = SearchDatabase | VectorDatabase

const databases = new Map<number, Database>()

port.on('message', (asked: ThreadRequest) => {
  const { id } = asked
  try {
    port.postMessage({ id, answer: answer(asked) })
    if (PURGED_AFTER.has(asked.request.type)) purgeLater(asked.database)
  } catch (error) {
    if (failureOf(error) === 'unwritable') databases.get(asked.database)?.shrink()
    port.postMessage({ id, error: messageOf(error), failure: failureOf(error) })
  }
})

/** Requests that may leave words of removed texts in the file. */
const PURGED_AFTER: ReadonlySet<SearchRequest['type']> = new Set(['open', 'apply'])

/** The pause before a step, in milliseconds. It is at least `PURGE_REST` times as long as the last step. */
const PURGE_PAUSE = 50
const PURGE_REST = 4

const purging = new Set<number>()

/** Takes at most a fifth of the time of the thread. */
function purgeLater(id: number, delay = PURGE_PAUSE): void {
  if (purging.has(id)) return
  purging.add(id)
  setTimeout(() => {
    purging.delete(id)
    const database = databases.get(id)
    if (!(database instanceof SearchDatabase)) return
    const started = performance.now()
    try {
      if (!database.purgeStep()) return
      purgeLater(id, Math.max(PURGE_PAUSE, PURGE_REST * (performance.now() - started)))
    } catch {
      // The disk is full, or the file is damaged: the next request says so.
    }
  }, delay)
}

function answer({ database: id, request }: ThreadRequest): AnyAnswer {
  if (request.type === 'open') {
    const { path, model, rules, readOnly } = request
    const open = (): Database =>
      model === undefined
        ? new SearchDatabase(path, { rules, readOnly })
        : new VectorDatabase(path, model)
    const { database, wasDamaged } = openAgain(open)
    databases.set(id, database)
    return wasDamaged
  }
  const database = databases.get(id)
  if (database === undefined) throw new ProjectionError('refused', 'the database is closed')
  if (request.type === 'close') {
    databases.delete(id)
    if (request.discard) database.discard()
    else database.close()
    return id
  }
  database.assertIntact()
  if (request.type === 'cursor') return database.cursor(request.origin)
  return database instanceof SearchDatabase
    ? answerTextRequest(database, request)
    : answerVectorRequest(database, request)
}

/** A database that finds damage while it opens deletes its file. */
function openAgain(open: () => Database): {
  readonly database: Database
  readonly wasDamaged: boolean
} {
  try {
    const database = open()
    return { database, wasDamaged: database.wasDamaged }
  } catch (error) {
    if (failureOf(error) !== 'damaged') throw error
    return { database: open(), wasDamaged: true }
  }
}

function answerTextRequest(database: SearchDatabase, request: SearchRequest): AnyAnswer {
  switch (request.type) {
    case 'apply': {
      const { origin, packed, position, more } = request
      const isCommitted =
        origin === 'local'
          ? database.applyFacts(factsOf(packed), position, more)
          : database.applyRecords(recordsOf(packed), position, more)
      return isCommitted ? position : -1
    }
    case 'search':
      return withUnindexed(
        database.search(request.query),
        unindexedOf(request.recent),
        request.query
      )
    case 'list':
      return database.lists.list(request.query)
    case 'counts':
      return database.lists.counts()
    case 'offers':
      return database.lists.offers(request.query)
    case 'claims':
      return [
        ...database.lists.claims(request.query),
        ...claimHitsOf(unindexedOf(request.recent), request.query.slot)
      ]
    case 'current':
      return [
        ...database.lists.current(request.query),
        ...holdingOf(unindexedOf(request.recent), request.query)
      ].toSorted((a, b) => b.begin - a.begin)
    case 'goals':
      return database.goals.list(request.query)
    case 'goal':
      return database.goals.find(request.query)
    case 'ancestors':
      return database.goals.ancestors(request.query.digest)
    default:
      throw new ProjectionError(
        'refused',
        `the word database does not support the request "${request.type}"`
      )
  }
}

function answerVectorRequest(database: VectorDatabase, request: SearchRequest): AnyAnswer {
  switch (request.type) {
    case 'vectors':
      if (database.cursor(request.origin) !== request.from) {
        throw new ProjectionError('refused', 'the vectors were deleted during the request')
      }
      database.apply(request.origin, request.items, request.position)
      return request.position
    case 'erase': {
      const cursor = database.cursor(request.origin)
      database.apply(
        request.origin,
        request.digests.map((digest) => ({ digest })),
        cursor
      )
      return cursor
    }
    case 'nearest':
      return database.search(request.vector, request.limit, request.origins, request)
    case 'dimensions': {
      const dimensions = database.dimensions
      if (dimensions !== request.dimensions) database.reset()
      return dimensions
    }
    default:
      throw new ProjectionError(
        'refused',
        `the vector database does not support the request "${request.type}"`
      )
  }
}

function unindexedOf(
  recent: readonly { readonly origin: SearchOrigin; readonly packed: Uint8Array }[]
): UnindexedItem[] {
  return recent.flatMap(({ origin, packed }) =>
    [...unpackItems(packed)].flatMap(({ digest, stored }) =>
      stored === undefined ? [] : [{ origin, digest, stored }]
    )
  )
}

function* factsOf(packed: Uint8Array): Generator<FactItem> {
  for (const { digest, stored } of unpackItems(packed)) {
    yield stored === undefined ? { digest } : { digest, text: factTextOf(digest, stored) }
  }
}

function* recordsOf(packed: Uint8Array): Generator<RecordItem> {
  for (const { digest, stored } of unpackItems(packed)) {
    yield stored === undefined ? { digest } : { digest, row: decodeRecordRow(stored) }
  }
}
