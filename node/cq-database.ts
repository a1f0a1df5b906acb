/** The units of a file of cq: JSON, JSON Lines, or the SQLite store of its clients (`local.db`). */
import { jsonValues } from './operations/formats/json-values.ts'

/** The first bytes of an SQLite file. */
const SQLITE = Buffer.from('SQLite format 3\0')

/** Each unit as a line. `file` is needed for a store. */
export async function* storedUnits(
  bytes: AsyncIterable<Buffer | string>,
  file: string | undefined
): AsyncGenerator<string> {
  const chunks = bytes[Symbol.asyncIterator]()
  const { value: first, done = false } = await chunks.next()
  if (!done && file !== undefined && isDatabase(first)) {
    await chunks.return?.()
    yield* databaseUnits(file)
    return
  }
  const all = async function* (): AsyncGenerator<Buffer | string> {
    if (!done) yield first
    yield* { [Symbol.asyncIterator]: () => chunks }
  }
  yield* jsonValues(all())
}

function isDatabase(first: Buffer | string): boolean {
  return Buffer.isBuffer(first) && first.subarray(0, SQLITE.length).equals(SQLITE)
}

async function* databaseUnits(file: string): AsyncGenerator<string> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    for (const { data } of database.prepare('SELECT data FROM knowledge_units').iterate()) {
      yield `${String(data).replaceAll(/\s*\n\s*/g, ' ')}\n`
    }
  } finally {
    database.close()
  }
}
