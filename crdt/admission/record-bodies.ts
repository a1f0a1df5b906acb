/** Bodies of records that come without an entry: fetched from peers by their digests. */
import { readAll } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { readRecord, recordDigest } from '../records/record.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { Operation, Store } from '../store/section.ts'

export interface RecordBodiesComponents {
  readonly store: Pick<Store, 'commit' | 'flush'>
  readonly recordStore: RecordStore
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
    const { store, recordStore, recordOperations } = this.#components
    const digests: Uint8Array[] = []
    const operations: Operation[] = []
    for (const bytes of bodies) {
      if (!isRecord(bytes)) continue
      const digest = recordDigest(bytes)
      digests.push(digest)
      operations.push(...recordStore.putBody(digest, bytes))
    }
    await store.commit([...operations, ...recordOperations(digests)])
    return digests
  }

  /** At most `limit` records with registers but without a body. */
  async missing(limit: number): Promise<Uint8Array[]> {
    const { store, recordStore } = this.#components
    await store.flush()
    const { missing, settled: cleanup } = await recordStore.missingBodies(limit)
    await store.commit(cleanup)
    return missing
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
