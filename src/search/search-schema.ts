/**
 * The tables of the search database: a contentless SQLite FTS5 index
 * (https://www.sqlite.org/fts5.html), and the fields of each item that ranking and filters need.
 */
import { openProjection } from './projection-file.ts'
import type { DatabaseSync } from 'node:sqlite'

const VERSION = 4

/** Rules by which records are released that differ only beyond this share one version. */
const MAX_RULES = 0xffff

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

/** An item lost in a crash is indexed again, since the cursor is part of the same transaction. */
const PRAGMAS = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 8192;
`

/** `rules`: a number for what decides which records are indexed; with another one all are indexed again. */
export function openDatabase(path: string, rules = 0): DatabaseSync {
  const version = VERSION * (MAX_RULES + 1) + Math.min(rules, MAX_RULES)
  return openProjection(path, { version, schema: SCHEMA, pragmas: PRAGMAS })
}

/** Tags, each between separators that no tag contains. */
export function tagText(tags: readonly string[]): string {
  return tags.length === 0 ? '' : `\u001f${tags.join('\u001f')}\u001f`
}

/** The key of an item; a few items may share one. */
export function keyOf(digest: Uint8Array): number {
  const view = new DataView(digest.buffer, digest.byteOffset, KEY_BYTES)
  return view.getUint32(0) * 2 ** 16 + view.getUint16(4)
}
