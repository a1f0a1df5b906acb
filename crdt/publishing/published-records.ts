/**
 * Which records peers have, and go on having, so that a vote need not bring them along. A record goes with
 * the last entry that speaks of it, and the entries before a base go where the base arrives: also before
 * the vote does.
 */
import { equalBytes, toHex } from '../bytes/index.ts'
import { HELD_POSITION } from './held-votes.ts'
import type { EncodedRecord } from '../records/record.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { CurrentAuthor } from './current-author.ts'
import type { HiddenEntries } from './hidden-entries.ts'
import type { HiddenRecords } from './hidden-records.ts'

export interface PublishedRecordsInit {
  readonly recordStore: Pick<RecordStore, 'has' | 'positions'>
  readonly hidden: Pick<HiddenEntries, 'nextBase' | 'nextBases'>
  readonly hiddenRecords: Pick<HiddenRecords, 'hides' | 'isHeld'>
  /** Authors that have values outside of their window, by name. */
  readonly unswept: ReadonlyMap<string, Uint8Array>
  /** Whether the filter of published records has the element. */
  readonly mayBePublished: (element: Uint8Array) => boolean
  readonly current: Pick<CurrentAuthor, 'known' | 'nextBase'>
}

export class PublishedRecords {
  readonly #init: PublishedRecordsInit

  constructor(init: PublishedRecordsInit) {
    this.#init = init
  }

  /** Whether peers have each record as long as they have a vote on it. */
  async has(votes: readonly Pick<EncodedRecord, 'digest' | 'element'>[]): Promise<boolean[]> {
    const { recordStore, hiddenRecords } = this.#init
    const likely = votes.filter((vote) => this.#mayBeStored(vote)).map(({ digest }) => digest)
    const isStored = likely.length === 0 ? [] : await recordStore.has(likely)
    const stored = new Set<string>()
    for (const [i, digest] of likely.entries()) {
      if (isStored[i] === true && (await this.stays(digest))) stored.add(toHex(digest))
    }
    return votes.map(({ digest }) => stored.has(toHex(digest)) && !hiddenRecords.isHeld(digest))
  }

  /** Whether an entry speaks of the record that no base of this node's authors removes. */
  async stays(digest: Uint8Array): Promise<boolean> {
    const { current, hidden, unswept, recordStore } = this.#init
    if (current.nextBase === undefined && hidden.nextBases === 0 && unswept.size === 0) return true
    for await (const { author, seq } of recordStore.positions(digest)) {
      if (!equalBytes(author, HELD_POSITION.author) && seq >= this.#nextBaseOf(author)) return true
    }
    return false
  }

  /** Without a lookup: a stored record is hidden, or in the filter. One that it lacks is stored again. */
  #mayBeStored({ digest, element }: Pick<EncodedRecord, 'digest' | 'element'>): boolean {
    const { hiddenRecords, mayBePublished } = this.#init
    return element === undefined || mayBePublished(element) || hiddenRecords.hides(digest)
  }

  #nextBaseOf(author: Uint8Array): number {
    const { current, hidden } = this.#init
    const isCurrent = current.known !== undefined && equalBytes(current.known.key, author)
    return Math.max(hidden.nextBase(author), isCurrent ? (current.nextBase ?? 0) : 0)
  }
}
