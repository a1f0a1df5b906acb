/** The worker thread that owns the search database: indexing must not hold the event loop. */
import { parentPort, workerData } from 'node:worker_threads'
import { readFact } from '../knowledge/stored-fact.ts'
import { unpackItems } from './packed-items.ts'
import { SearchDatabase } from './search-database.ts'
import type { SearchItem, SearchOrigin } from './search-database.ts'
import type { SearchAnswer, SearchRequest } from './search-index.ts'

const port = parentPort
if (port === null) throw new Error('This file runs as a worker.')

const database = new SearchDatabase(String(workerData))

port.on('message', ({ id, request }: { id: number; request: SearchRequest }) => {
  try {
    port.postMessage({ id, answer: answer(request) })
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) })
  }
})

function answer(request: SearchRequest): SearchAnswer {
  switch (request.type) {
    case 'cursor':
      return database.cursor(request.origin)
    case 'apply':
      database.apply(request.origin, itemsOf(request.origin, request.packed), request.position)
      return request.position
    case 'search':
      return database.search(request.query)
    case 'close':
      database.close()
      return 0
  }
}

/** Of a fact the stored fact, of the hive the record alone. */
function* itemsOf(origin: SearchOrigin, packed: Uint8Array): Generator<SearchItem> {
  for (const { digest, stored } of unpackItems(packed)) {
    if (stored === undefined || origin === 'hive') {
      yield { digest, record: stored }
      continue
    }
    const { record, tags, confidence, recordedAt } = readFact(digest, stored)
    yield { digest, record, tags, confidence, recordedAt: recordedAt.getTime() }
  }
}
