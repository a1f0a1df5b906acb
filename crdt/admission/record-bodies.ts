/** Bodies of records that come without an entry: fetched from peers by their digests. */
import { readAll } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { readRecord, recordDigest } from '../records/record.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { Commits } from '../store/commits.ts'
import type { Operation } from '../store/section.ts'
import type { HiddenEntries } from '../publishing/hidden-entries.ts'
import type { Serial } from '../store/serial.ts'

export interface RecordBodiesComponents {
  readonly serial: Serial
  readonly commits: Commits
  readonly recordStore: RecordStore
  readonly hidden: Pick<HiddenEntries, 'showRecords' | 'wanted'>
  /** Adds records to the record log and to the filter. */
  readonly recordOperations: (digests: readonly Uint8Array[]) => Operation[]
}

export class RecordBodies {
  readonly #components: RecordBodiesComponents

  constructor(components: RecordBodiesComponents) {
    this.#components = components
  }

  /** Stores bodies; returns their digests once on disk. Skips bytes that are not a record. */
  async put(bodies: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const { serial, commits, recordStore, hidden, recordOperations } = this.#components
    const digests: Uint8Array[] = []
    const operations: Operation[] = []
    for (const bytes of bodies) {
      if (!isRecord(bytes)) continue
      const digest = recordDigest(bytes)
      digests.push(digest)
      operations.push(...recordStore.putBody(digest, bytes))
    }
    await serial.run(async () => {
      await commits.refresh()
      hidden.showRecords(digests)
      await commits.commit([...operations, ...recordOperations(digests)])
    })
    return digests
  }

  /** At most `limit` records with registers but without a body. */
  async missing(limit: number): Promise<Uint8Array[]> {
    const { commits, recordStore, hidden } = this.#components
    await commits.flush()
    const { missing, settled: cleanup } = await recordStore.missingBodies(limit)
    await commits.commit(cleanup)
    return [...missing, ...hidden.wanted()].slice(0, limit)
  }
}

function isRecord(bytes: Uint8Array): boolean {
  try {
    readAll(bytes, readRecord)
    return true
  } catch (error) {
    if (error instanceof MalformedError) return false
    throw error
  }
}
