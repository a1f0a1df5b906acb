/**
 * Compaction removes the values of an author before the base of its feed, one entry at a time: its
 * registers, its retractions, the records that no author refers to any longer, and the entry itself
 * last. After a crash in between, the next start finds the remaining entries.
 */
import { readEntry } from '../feeds/entry.ts'
import { ENTRY_FORMAT, KNOWLEDGE_DOC } from '../constants.ts'
import { MalformedError } from '../errors.ts'
import { clientIdOf, readLogUpdate } from '../records/knowledge-log.ts'
import { unpack } from '../feeds/payload.ts'
import { changedBy } from '../records/value.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { EntryValues } from '../publishing/restatement.ts'
import type { DigestLog } from '../store/digest-log.ts'
import type { Operation } from '../store/section.ts'

export interface CompactionInit {
  readonly swarm: string
  readonly feeds: Pick<FeedStore, 'beforeBase'>
  readonly recordStore: Pick<RecordStore, 'removals'>
  readonly recordLog: Pick<DigestLog, 'append'>
  /** Runs without concurrent admissions and publications, on durable state. */
  runExclusive<T>(task: () => Promise<T>): Promise<T>
  commit(operations: readonly Operation[]): Promise<void>
}

export class Compaction {
  readonly #init: CompactionInit
  #last: Promise<void> = Promise.resolve()

  constructor(init: CompactionInit) {
    this.#init = init
  }

  /**
   * Removes the entries before the author's base, once the base is on disk. A failure, such as a
   * closed store, is repeated at the next start.
   */
  sweep(author: Uint8Array, durable: Promise<void> = Promise.resolve()): void {
    this.#last = Promise.all([this.#last, durable])
      .then(() => this.#sweep(author))
      .catch(() => undefined)
  }

  /** Resolves when no removal is pending. */
  idle(): Promise<void> {
    return this.#last
  }

  async #sweep(author: Uint8Array): Promise<void> {
    const { swarm, feeds, recordStore, recordLog } = this.#init
    for await (const { seq, bytes, removal } of feeds.beforeBase(author)) {
      await this.#init.runExclusive(async () => {
        const { values } = readEntryValues(swarm, seq, bytes)
        const removals = await recordStore.removals(author, seq, values)
        await this.#init.commit([...removals, removal, ...recordLog.append(changedBy(values))])
      })
    }
  }
}

/** The values of an admitted entry; none for an entry of a playbook or of an unread format. */
export function readEntryValues(swarm: string, seq: number, bytes: Uint8Array): EntryValues {
  try {
    const entry = readEntry(bytes)
    if (entry.format > ENTRY_FORMAT || entry.doc !== KNOWLEDGE_DOC)
      return { seq, values: [], bytes: bytes.length }
    const update = unpack(entry.payload)
    const { values } = readLogUpdate(update, clientIdOf(swarm, entry.author))
    return { seq, values, bytes: update.length }
  } catch (error) {
    if (error instanceof MalformedError) return { seq, values: [], bytes: bytes.length }
    throw error
  }
}
