/**
 * Migrations: what brings a store of an older schema to the next one. Each gives the operations of
 * one commit, which also raises the version: a store is of the one schema or of the other.
 */
import * as encoding from 'lib0/encoding'
import { KNOWLEDGE_DOC, HASH_BYTES } from '../constants.ts'
import { concat, readBytes, readUint } from '../bytes/index.ts'
import * as decoding from 'lib0/decoding'
import type { Operation, Store } from './section.ts'

type Migration = (store: Pick<Store, 'section'>) => Promise<Operation[]>

/** Version of the layout that this code reads and writes. */
export const SCHEMA = 7

/** The highest entry format that versions with schema 3 read. */
const LAST_READ_BY_SCHEMA_3 = 2

/** The highest entry format that versions with schema 5 read. */
const LAST_READ_BY_SCHEMA_5 = 3

/** By the version they begin at. */
export const MIGRATIONS: ReadonlyMap<number, Migration> = new Map([
  [2, addBases],
  [3, addDocuments],
  [4, addStandings],
  [5, rereadEntries],
  // Standings have an index of what older registers commit to.
  [6, addStandings]
])

/** In `meta` while standings are computed: the last entry that was added, or nothing. */
export const REBUILD_KEY = Buffer.from('standings-rebuild')

/** Sections that standings and the search index replace. */
export const REPLACED_SECTIONS = ['registers', 'retractions', 'revealed', 'fact-claims'] as const

/** Feeds end with their base: 1, since none was compacted. */
async function addBases(store: Pick<Store, 'section'>): Promise<Operation[]> {
  const feeds = store.section('feeds')
  const operations: Operation[] = []
  for await (const [author, feed] of feeds.entries()) {
    operations.push(feeds.put(author, concat(feed, Uint8Array.of(1))))
  }
  return operations
}

/**
 * Feeds end with the document they write to. Where entries of a later format were kept unread it is
 * left empty, and they are read when the replica opens.
 */
async function addDocuments(store: Pick<Store, 'section'>): Promise<Operation[]> {
  const feeds = store.section('feeds')
  const operations: Operation[] = []
  for await (const [author, feed] of feeds.entries()) {
    const doc = formatOf(feed) <= LAST_READ_BY_SCHEMA_3 ? KNOWLEDGE_DOC : ''
    const text = encoding.encode((encoder) => encoding.writeVarString(encoder, doc))
    operations.push(feeds.put(author, concat(feed, text)))
  }
  return operations
}

/** The standing of records is stored; the replica computes it from the entries after it opens. */
function addStandings(store: Pick<Store, 'section'>): Promise<Operation[]> {
  return Promise.resolve([store.section('meta').put(REBUILD_KEY, new Uint8Array())])
}

/**
 * Older versions cannot read the lessons of this schema. Where entries of a later format were stored
 * unread, the document of their feed is left empty, and they are read when the replica opens.
 */
async function rereadEntries(store: Pick<Store, 'section'>): Promise<Operation[]> {
  const feeds = store.section('feeds')
  const operations: Operation[] = []
  for await (const [author, feed] of feeds.entries()) {
    if (formatOf(feed) <= LAST_READ_BY_SCHEMA_5) continue
    operations.push(feeds.put(author, withoutDoc(feed)))
  }
  return operations
}

/** A feed ends with its document, a text. */
function withoutDoc(feed: Uint8Array): Uint8Array {
  const decoder = decoding.createDecoder(feed)
  skipToFormat(decoder)
  // Format, end, fork, base.
  for (let i = 0; i < 4; i++) readUint(decoder, Number.MAX_SAFE_INTEGER)
  return concat(feed.subarray(0, decoder.pos), Uint8Array.of(0))
}

function formatOf(feed: Uint8Array): number {
  const decoder = decoding.createDecoder(feed)
  skipToFormat(decoder)
  return readUint(decoder, Number.MAX_SAFE_INTEGER)
}

/** Past the sequence number, the head and the clock. */
function skipToFormat(decoder: decoding.Decoder): void {
  readUint(decoder, Number.MAX_SAFE_INTEGER)
  readBytes(decoder, HASH_BYTES)
  readUint(decoder, Number.MAX_SAFE_INTEGER)
}
