/** Bodies of records that come without an entry: fetched from peers by their digests. */
import { MAX_RECORD_BYTES } from '../constants.ts'
import { readAll } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { readRecord, recordDigest } from '../records/record.ts'
import type { LikelyMissing, LikelyMissingInit, RecordStore } from '../records/record-store.ts'
import type { Commits } from '../store/commits.ts'
import type { Operation } from '../store/section.ts'
import type { HiddenRecords } from '../publishing/hidden-records.ts'
import type { Serial } from '../store/serial.ts'
import type { Claim, DayBudget, DayBudgets } from './day-budgets.ts'

export interface RecordBodiesComponents {
  readonly serial: Serial
  readonly commits: Commits
  readonly recordStore: RecordStore
  readonly hiddenRecords: Pick<HiddenRecords, 'hides' | 'show'>
  /** Adds records to the record log and to the filter. */
  readonly recordOperations: (digests: readonly Uint8Array[]) => Operation[]
  readonly budgets: DayBudgets
  /** A vote of 80 bytes makes a node fetch a body of 32 KiB: so bodies have a budget of their own. */
  readonly limit: DayBudget
}

const PAYER = 'bodies'

export class RecordBodies {
  readonly #components: RecordBodiesComponents

  constructor(components: RecordBodiesComponents) {
    this.#components = components
  }

  get #claims(): readonly Claim[] {
    return [{ payer: PAYER, limit: this.#components.limit }]
  }

  /**
   * Stores bodies; returns their digests once on disk. Skips bytes that are not a record. Of bodies
   * that peers made this node fetch (`isCounted`), also those that the budget has no room for.
   */
  async put(bodies: readonly Uint8Array[], isCounted = false): Promise<Uint8Array[]> {
    const { serial, commits, recordStore, hiddenRecords, recordOperations, budgets } =
      this.#components
    const digests: Uint8Array[] = []
    const operations: Operation[] = []
    for (const bytes of bodies) {
      if (!isRecord(bytes)) continue
      const cost = { authors: 0, entries: 1, bytes: bytes.length }
      if (isCounted && !budgets.fits(this.#claims, cost)) continue
      if (isCounted) operations.push(...budgets.take(this.#claims, cost))
      const digest = recordDigest(bytes)
      digests.push(digest)
      operations.push(...recordStore.putBody(digest, bytes))
    }
    await serial.run(async () => {
      await commits.refresh()
      await commits.commit([
        ...operations,
        ...hiddenRecords.show(digests),
        ...recordOperations(digests)
      ])
    })
    return digests
  }

  /** At most `limit` records with registers but without a body, as far as the budget has room. */
  async missing(limit: number): Promise<Uint8Array[]> {
    const { commits, recordStore, hiddenRecords } = this.#components
    if (!this.#hasRoom()) return []
    await commits.flush()
    const { missing, settled } = await recordStore.missingBodies(limit, (digest) =>
      hiddenRecords.hides(digest)
    )
    await commits.commit(settled)
    return missing
  }

  /** At most `limit` of the next `most` ones that peers seem to have, as far as the budget has room. */
  async likelyMissing(
    limit: number,
    options: Omit<LikelyMissingInit, 'isHidden'>
  ): Promise<LikelyMissing> {
    const { recordStore, hiddenRecords } = this.#components
    if (!this.#hasRoom()) return { missing: [], looked: 0, last: undefined }
    const isHidden = (digest: Uint8Array): boolean => hiddenRecords.hides(digest)
    return recordStore.likelyMissing(limit, { ...options, isHidden })
  }

  #hasRoom(): boolean {
    const next = { authors: 0, entries: 1, bytes: MAX_RECORD_BYTES }
    return this.#components.budgets.fits(this.#claims, next)
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
