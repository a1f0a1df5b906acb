/** What to gossip of many new entries: of each feed the last, since peers pull the ones before. */
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_ANNOUNCED_FEEDS } from '../constants.ts'
import type { Entry } from '../../crdt/index.ts'

/** The last entry of each feed, of at most `MAX_ANNOUNCED_FEEDS` feeds. */
export function newestOfFeeds(entries: readonly Entry[]): Entry[] {
  const newest = new Map(entries.map((entry) => [toHex(entry.author), entry]))
  return [...newest.values()].slice(-MAX_ANNOUNCED_FEEDS)
}
