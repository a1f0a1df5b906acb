/**
 * Migrations: what brings a store of an older schema to the next one. Each gives the operations of
 * one commit, which also raises the version: a store is of the one schema or of the other.
 */
import { concat } from './digest.ts'
import type { Operation, Store } from './store.ts'

type Migration = (store: Pick<Store, 'section'>) => Promise<Operation[]>

/** Version of the layout that this code reads and writes. */
export const SCHEMA = 3

/** By the version they begin at. */
export const MIGRATIONS: ReadonlyMap<number, Migration> = new Map([[2, addBases]])

/** Feeds end with their base: 1, since none was compacted. */
async function addBases(store: Pick<Store, 'section'>): Promise<Operation[]> {
  const feeds = store.section('feeds')
  const operations: Operation[] = []
  for await (const [author, feed] of feeds.entries()) {
    operations.push(feeds.put(author, concat(feed, Uint8Array.of(1))))
  }
  return operations
}
