/**
 * The tables of the search database: contentless SQLite FTS5 indexes
 * (https://www.sqlite.org/fts5.html), and the fields that ranking, filters and lists need.
 *
 * `items` and `texts` have what may be delivered: facts of this node and released records. `held`
 * has the texts of records in quarantine and disputed ones apart, so that they take no place in an
 * answer, change no ranking and cost a query nothing. `records` has all records that are listed, and
 * `goals` the goals.
 */
import { DatabaseSync } from 'node:sqlite'
import { BEGINNING } from './claim-slot.ts'
import { ProjectionFile } from './projection-file.ts'

const VERSION = 14

/** Rules by which records are released that differ only beyond this share one version. */
const MAX_RULES = 0xffff

const KEY_BYTES = 6

/**
 * `hashsize`: bytes of postings gathered before they are written. 8 MiB is faster to write (4.6 us a
 * fact beside 6.7 at 64 MiB), but leaves more segments, and queries pay for each.
 *
 * `key`: 48 bits of the digest. Digests come in random order, so each transaction writes most pages
 * of an index over them; a whole digest makes three times as many (13 us an item beside 9).
 *
 * `slot`, `value`: hashes of the attribute of an entity, and of the value that a claim gives it.
 * They are whole (128 bits), so that no other value can be made to look equal. A claim
 * may begin several times; `items.begin` is the first. `entity` is in lower case.
 *
 * `removed_texts`: items whose words are still in the index (`forgotten-words.ts`).
 *
 * `parts`: what words of the other columns are found by too (`search-terms.ts`). `marks`: what a
 * query leaves out (`item-marks.ts`); `projects` and `stale` of `items` say the same exactly.
 */
const SCHEMA = `
  CREATE TABLE items (
    item INTEGER PRIMARY KEY, key INTEGER NOT NULL, digest BLOB NOT NULL, origin INTEGER NOT NULL,
    entity TEXT NOT NULL, tags TEXT NOT NULL, length INTEGER NOT NULL,
    confidence REAL NOT NULL, recorded_at INTEGER NOT NULL,
    slot BLOB, begin INTEGER NOT NULL, until INTEGER NOT NULL, conversation INTEGER, turn INTEGER,
    projects TEXT NOT NULL, stale INTEGER NOT NULL
  );
  CREATE INDEX items_by_key ON items (key);
  CREATE INDEX items_by_turn ON items (conversation, turn) WHERE conversation IS NOT NULL;
  CREATE TABLE claims (
    slot BLOB, begin INTEGER, item INTEGER, until INTEGER, value BLOB, is_first INTEGER,
    PRIMARY KEY (slot, begin DESC, item)
  ) WITHOUT ROWID;
  CREATE INDEX claims_by_item ON claims (item, begin);
  CREATE VIRTUAL TABLE texts USING fts5 (
    entity, content, tags, context, parts, marks,
    tokenize = "porter unicode61 remove_diacritics 0 categories 'L* N* Co M*'", content = '', contentless_delete = 1
  );
  CREATE TABLE records (
    item INTEGER PRIMARY KEY, key INTEGER NOT NULL, digest BLOB NOT NULL,
    kind INTEGER NOT NULL, state INTEGER NOT NULL, vouches INTEGER NOT NULL,
    confidence INTEGER NOT NULL, tags TEXT NOT NULL, is_held INTEGER NOT NULL,
    support INTEGER, head_start REAL, is_flagged INTEGER
  );
  CREATE INDEX records_by_key ON records (key);
  CREATE INDEX ranked ON records (kind, state, vouches DESC, confidence DESC, key);
  CREATE INDEX offers ON records (is_flagged, support DESC, head_start DESC, key)
    WHERE support IS NOT NULL;
  CREATE TABLE tagged (
    tag INTEGER, kind INTEGER, state INTEGER, vouches INTEGER, confidence INTEGER, key INTEGER,
    item INTEGER, PRIMARY KEY (tag, kind, state, vouches DESC, confidence DESC, key, item)
  ) WITHOUT ROWID;
  CREATE VIRTUAL TABLE held USING fts5 (
    entity, content, tags, context, parts,
    tokenize = "porter unicode61 remove_diacritics 0 categories 'L* N* Co M*'", content = '', contentless_delete = 1
  );
  CREATE TABLE goals (
    item INTEGER PRIMARY KEY, key INTEGER NOT NULL, digest BLOB NOT NULL, variant BLOB NOT NULL,
    title BLOB NOT NULL, is_canonical INTEGER NOT NULL, status INTEGER NOT NULL,
    vouches INTEGER NOT NULL, is_own INTEGER NOT NULL, is_flagged INTEGER NOT NULL, parent BLOB,
    tags TEXT NOT NULL
  );
  CREATE INDEX goals_by_key ON goals (key);
  CREATE INDEX goals_by_variant ON goals (variant, digest);
  CREATE INDEX goals_by_title ON goals (title, is_canonical, digest);
  CREATE INDEX goals_listed
    ON goals (is_flagged, is_canonical, is_own DESC, vouches DESC, key);
  CREATE INDEX goals_by_status
    ON goals (status, is_flagged, is_canonical, is_own DESC, vouches DESC, key);
  CREATE INDEX goals_by_parent ON goals (parent, is_canonical, is_own DESC, vouches DESC, key)
    WHERE parent IS NOT NULL;
  CREATE TABLE removed_texts (item INTEGER PRIMARY KEY);
  CREATE TABLE cursors (origin INTEGER PRIMARY KEY, position INTEGER NOT NULL);
  INSERT INTO texts (texts, rank) VALUES ('hashsize', 67108864);
  INSERT INTO held (held, rank) VALUES ('hashsize', 16777216);
`

/**
 * An item lost in a crash is indexed again, since the cursor is part of the same transaction. What
 * is deleted is overwritten: an index has words, also of what was forgotten (`forgotten-words.ts`).
 */
const PRAGMAS = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -32768; PRAGMA secure_delete = ON
`

const CHECKPOINT_PAGES = 8_192

const READER_PRAGMAS = 'PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;'

/** The file that is written to. */
export function openSearchFile(path: string, rules = 0): ProjectionFile {
  const version = VERSION * (MAX_RULES + 1) + Math.min(rules, MAX_RULES)
  return new ProjectionFile(path, {
    version,
    schema: SCHEMA,
    pragmas: PRAGMAS,
    checkpointPages: CHECKPOINT_PAGES
  })
}

/** A second connection to a file that is open. */
export function openSecond(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true })
  database.exec(READER_PRAGMAS)
  return database
}

/** Numbers of items: facts of this node have lower ones, so that a query can leave one origin out. */
export const FIRST_HIVE_ITEM = 2 ** 40

/** SQL of the begin of a row: of a fact of this node that is in the hive too, the earlier time given. */
export function earliestOf(row: string): string {
  return `(SELECT coalesce(min(nullif(same.begin, ${BEGINNING})), ${BEGINNING})
    FROM items AS same WHERE same.key = ${row}.key AND same.digest = ${row}.digest)`
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
