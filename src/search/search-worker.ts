/** A thread that owns search databases: indexing must not hold the event loop. */
import { parentPort } from 'node:worker_threads'
import { searchTextOf } from '../knowledge/search-text.ts'
import { unpackItems } from './packed-items.ts'
import { SearchDatabase } from './search-database.ts'
import type { SearchItem, SearchOrigin } from './search-query.ts'
import type { SearchAnswer, ThreadRequest } from './search-thread.ts'

const port = parentPort
if (port === null) throw new Error('This file runs as a worker.')

const databases = new Map<number, SearchDatabase>()

port.on('message', (asked: ThreadRequest) => {
  const { id } = asked
  try {
    port.postMessage({ id, answer: answer(asked) })
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) })
  }
})

function answer({ database: id, request }: ThreadRequest): SearchAnswer {
  if (request.type === 'open') {
    databases.set(id, new SearchDatabase(request.path))
    return id
  }
  const database = databases.get(id)
  if (database === undefined) throw new Error('the database is closed')
  switch (request.type) {
    case 'cursor':
      return database.cursor(request.origin)
    case 'apply':
      database.apply(request.origin, itemsOf(request.origin, request.packed), request.position)
      return request.position
    case 'search':
      return database.search(request.query)
    case 'close':
      databases.delete(id)
      database.close()
      return id
  }
}

function* itemsOf(origin: SearchOrigin, packed: Uint8Array): Generator<SearchItem> {
  for (const { digest, stored } of unpackItems(packed)) {
    yield stored === undefined ? { digest } : { digest, text: searchTextOf(origin, digest, stored) }
  }
}
