/**
 * Which records of own hidden entries peers have otherwise. A node without these entries has them as
 * long as somebody else speaks of them, or an own entry that is public; and so seems this one.
 */
import type { Commits } from '../store/commits.ts'
import type { StoredFilter } from '../filters/stored-filter.ts'
import type { HiddenEntries } from '../publishing/hidden-entries.ts'
import type { HiddenRecords } from '../publishing/hidden-records.ts'
import type { namedIn } from '../records/value.ts'
import type { RecordStore } from '../records/record-store.ts'

export interface PublicRecordsInit {
  readonly hidden: Pick<HiddenEntries, 'isPublicPosition'>
  readonly hiddenRecords: Pick<HiddenRecords, 'hideAgain' | 'hides' | 'isShown'>
  readonly commits: Pick<Commits, 'commit' | 'flush'>
  readonly published: Pick<StoredFilter, 'has'>
  readonly recordStore: Pick<RecordStore, 'ceaseToWant' | 'has' | 'positions'>
  readonly elementOf: (digest: Uint8Array) => Uint8Array
}

const NONE: ReadonlySet<Uint8Array> = new Set()

export class PublicRecords {
  readonly #init: PublicRecordsInit

  constructor(init: PublicRecordsInit) {
    this.#init = init
  }

  /** Digests of those of the records that peers have. */
  async among(records: ReturnType<typeof namedIn>): Promise<ReadonlySet<Uint8Array>> {
    const { commits, hiddenRecords, published, recordStore, elementOf } = this.#init
    const known = records.flatMap(({ digest, element = elementOf(digest) }) =>
      !hiddenRecords.hides(digest) && published.has(element) ? [digest] : []
    )
    if (known.length === 0) return NONE
    // A record is in the filter before it is on disk, and also where it was removed.
    await commits.flush()
    const isStored = await recordStore.has(known)
    return new Set(known.filter((_, i) => isStored[i] === true))
  }

  /**
   * Hides records again of which only hidden entries speak any longer, and asks no peer for them. On
   * durable state.
   */
  async hideUnattested(digests: readonly Uint8Array[]): Promise<void> {
    const { commits, hiddenRecords, recordStore } = this.#init
    const unattested: Uint8Array[] = []
    for (const digest of digests) {
      const isConcerned = hiddenRecords.isShown(digest) || hiddenRecords.hides(digest)
      if (isConcerned && !(await this.#isAttested(digest))) unattested.push(digest)
    }
    if (unattested.length === 0) return
    await commits.commit([
      ...hiddenRecords.hideAgain(unattested),
      ...unattested.map((digest) => recordStore.ceaseToWant(digest))
    ])
  }

  async #isAttested(digest: Uint8Array): Promise<boolean> {
    const { hidden, recordStore } = this.#init
    for await (const { author, seq } of recordStore.positions(digest)) {
      if (hidden.isPublicPosition(author, seq)) return true
    }
    return false
  }
}
