/**
 * The tables of the search database: SQLite FTS5 (https://www.sqlite.org/fts5.html) over texts that
 * it does not keep, and beside it what ranking and filters need of each item.
 */
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { SQLOutputValue } from 'node:sqlite'

const VERSION = 3

const KEY_BYTES = 6

/**
 * `hashsize`: bytes of postings gathered before they are written. 8 MiB is faster to write (4.6 us a
 * fact beside 6.7 at 64 MiB), but leaves more segments, and queries pay for each.
 *
 * `key`: 48 bits of the digest. Digests come in random order, so each transaction writes most pages
 * of an index over them; a whole digest makes three times as many (13 us an item beside 9).
 */
const SCHEMA = `
  CREATE TABLE items (
    item INTEGER PRIMARY KEY, key INTEGER NOT NULL, digest BLOB NOT NULL, origin INTEGER NOT NULL,
    entity TEXT NOT NULL COLLATE NOCASE, tags TEXT NOT NULL, length INTEGER NOT NULL,
    confidence REAL NOT NULL, recorded_at INTEGER NOT NULL
  );
  CREATE INDEX items_by_key ON items (key);
  CREATE VIRTUAL TABLE texts USING fts5 (
    entity, content, tags, context,
    tokenize = "porter unicode61 remove_diacritics 2", content = '', contentless_delete = 1
  );
  CREATE TABLE cursors (origin INTEGER PRIMARY KEY, position INTEGER NOT NULL);
  INSERT INTO texts (texts, rank) VALUES ('hashsize', 67108864);
`

/** Opens `path`, or memory for `:memory:`; makes it anew when it is of another version or damaged. */
export function openDatabase(path: string): DatabaseSync {
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

/** Tags with a separator around each, which no tag holds. */
export function tagText(tags: readonly string[]): string {
  return tags.length === 0 ? '' : `\u001f${tags.join('\u001f')}\u001f`
}

/** Where an item is looked up; a few items may share one. */
export function keyOf(digest: Uint8Array): number {
  const view = new DataView(digest.buffer, digest.byteOffset, KEY_BYTES)
  return view.getUint32(0) * 2 ** 16 + view.getUint16(4)
}

export function numberOf(value: SQLOutputValue | undefined): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
}

export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array()
}
