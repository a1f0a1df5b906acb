/**
 * Which records of own hidden entries peers have otherwise. A node without these entries has them as
 * long as somebody else speaks of them, or an own entry that is public; and so seems this one.
 */
import { equalBytes } from '../bytes/index.ts'
import { HELD_POSITION } from '../publishing/held-votes.ts'
import type { HeldVotes } from '../publishing/held-votes.ts'
import type { Commits } from '../store/commits.ts'
import type { StoredFilter } from '../filters/stored-filter.ts'
import type { HiddenEntries } from '../publishing/hidden-entries.ts'
import type { HiddenRecords } from '../publishing/hidden-records.ts'
import type { namedIn } from '../records/value.ts'
import type { RecordStore } from '../records/record-store.ts'

export interface PublicRecordsInit {
  readonly hidden: Pick<HiddenEntries, 'isPublicPosition'>
  readonly hiddenRecords: Pick<
    HiddenRecords,
    'allShown' | 'hideAgain' | 'hides' | 'hold' | 'isHeld' | 'isShown'
  >
  readonly held: Pick<HeldVotes, 'get' | 'votes'>
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

  /** Those of which only hidden entries, or held votes, may be left. */
  mayBeUnattested(): Uint8Array[] {
    const { hiddenRecords, held } = this.#init
    return [...hiddenRecords.allShown(), ...held.votes().map(({ digest }) => digest)]
  }

  /**
   * Hides records again of which only hidden entries and held votes speak any longer, and asks no peer for
   * them. On durable state.
   */
  async hideUnattested(digests: readonly Uint8Array[]): Promise<void> {
    const { commits, hiddenRecords, recordStore } = this.#init
    const unattested: Uint8Array[] = []
    const heldAlone: Uint8Array[] = []
    for (const digest of digests) {
      const hasVote = this.#hasHeldVote(digest)
      if (!hasVote && !hiddenRecords.isShown(digest) && !hiddenRecords.hides(digest)) continue
      const speakers = await this.#speakersOf(digest)
      if (speakers === 'peers') continue
      unattested.push(digest)
      if (speakers === 'none' && hasVote && !hiddenRecords.isHeld(digest)) heldAlone.push(digest)
    }
    if (unattested.length === 0) return
    await commits.commit([
      ...hiddenRecords.hideAgain(unattested),
      ...hiddenRecords.hold(heldAlone),
      ...unattested.map((digest) => recordStore.ceaseToWant(digest))
    ])
  }

  #hasHeldVote(digest: Uint8Array): boolean {
    return this.#init.held.get(digest)?.vote !== undefined
  }

  /** Whose entries speak of the record: `peers` as far as these know. */
  async #speakersOf(digest: Uint8Array): Promise<'hidden' | 'none' | 'peers'> {
    const { hidden, recordStore } = this.#init
    let speakers: 'hidden' | 'none' = 'none'
    for await (const { author, seq } of recordStore.positions(digest)) {
      if (hidden.isPublicPosition(author, seq)) return 'peers'
      if (!equalBytes(author, HELD_POSITION.author)) speakers = 'hidden'
    }
    return speakers
  }
}
