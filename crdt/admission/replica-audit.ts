/**
 * Reads all feeds and mends what can be. A feed with a hole is emptied, so that peers send it again;
 * own entries that no peer has come from their copies. Record bodies that are in an entry but not
 * among the records are stored again, and records that the log has lost are appended to it.
 */
import { SeenDigests } from '../filters/seen-digests.ts'
import type { Admitter } from './admitter.ts'
import type { DigestLog } from '../store/digest-log.ts'
import type { FeedHead } from '../feeds/feed.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { HiddenReturns } from './hidden-returns.ts'
import type { RecordBodies } from './record-bodies.ts'
import type { StoredFeeds } from './stored-feeds.ts'

/** What a replica has, and what of it was mended. */
export interface ReplicaAuditReport {
  readonly entries: number
  /** Feeds that lack entries; they come again from peers. */
  readonly emptied: number
  /** Own entries that no peer has shown, and that came back from their copies. */
  readonly returned: number
  /** Record bodies that were stored again, and records that the log has lost. */
  readonly restored: number
}

export interface ReplicaAuditComponents {
  readonly heads: () => FeedHead[]
  readonly feeds: Pick<FeedStore, 'feed'>
  readonly storedFeeds: Pick<StoredFeeds, 'entriesAfter' | 'entryValues'>
  readonly recordStore: Pick<RecordStore, 'attestedDigests' | 'has'>
  readonly recordLog: Pick<DigestLog, 'end' | 'read'>
  readonly admitter: Pick<Admitter, 'logAgain'>
  readonly bodies: Pick<RecordBodies, 'put'>
  readonly returns: Pick<HiddenReturns, 'returned' | 'runAll'>
}

export async function auditReplica(
  components: ReplicaAuditComponents,
  signal?: AbortSignal
): Promise<ReplicaAuditReport> {
  const { heads, feeds, storedFeeds, recordStore, bodies, returns } = components
  let entries = 0
  let emptied = 0
  let restored = 0
  const { returned } = returns
  // What was lost at the end of a feed leaves no hole.
  await returns.runAll()
  for (const { author, base, seq } of heads()) {
    let found = 0
    for await (const _ of storedFeeds.entriesAfter(author, base - 1)) {
      signal?.throwIfAborted()
      found += 1
    }
    entries += found
    if (found < seq - base + 1) {
      if (feeds.feed(author).seq < seq) emptied += 1
      continue
    }
    for await (const { values } of storedFeeds.entryValues(author, base, seq)) {
      signal?.throwIfAborted()
      const records = values.filter((value) => value.type === 'record')
      const has = await recordStore.has(records.map(({ digest }) => digest))
      const missing = records.filter((_, i) => has[i] !== true)
      if (missing.length === 0) continue
      await bodies.put(missing.map(({ bytes }) => bytes))
      restored += missing.length
    }
  }
  restored += await mendLog(components, signal)
  return { entries, emptied, returned: returns.returned - returned, restored }
}

/** Appends to the log the records that it lacks; resolves to their number. */
async function mendLog(
  { recordStore, recordLog, admitter }: ReplicaAuditComponents,
  signal?: AbortSignal
): Promise<number> {
  const logged = new SeenDigests()
  for await (const { digests } of recordLog.read(0, recordLog.end)) {
    signal?.throwIfAborted()
    for (const digest of digests) logged.add(digest)
  }
  let mended = 0
  // What was added meanwhile may be appended twice, which readers do not mind.
  for await (const digests of recordStore.attestedDigests()) {
    signal?.throwIfAborted()
    const missing = digests.filter((digest) => !logged.has(digest)).map((digest) => digest.slice())
    if (missing.length === 0) continue
    await admitter.logAgain(missing)
    mended += missing.length
  }
  return mended
}
