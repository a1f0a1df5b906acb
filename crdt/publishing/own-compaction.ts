/** Restates what is live of the feed of the author in use, so that its entries before can go. */
import { TARGET_UNPACKED_BYTES } from '../constants.ts'
import { fillerValues, restateEntry } from './restatement.ts'
import type { CurrentAuthor } from './current-author.ts'
import type { FeedSigner } from './feed-signer.ts'
import type { VoicedAuthor } from './own-voices.ts'
import type { EntryValues } from './restatement.ts'
import type { Entry } from '../feeds/entry.ts'
import type { Feed } from '../feeds/feed.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { Value } from '../records/value.ts'

export interface OwnCompactionInit {
  readonly current: Pick<CurrentAuthor, 'deadValues' | 'known' | 'nextBase' | 'values'>
  readonly signer: Pick<FeedSigner, 'sign'>
  readonly recordStore: RecordStore
  /** `read` is called before any other entry is appended. */
  feedOf(author: Uint8Array, read: (feed: Feed) => void): Promise<Feed>
  /** Runs without a concurrent publication. */
  runAlone<T>(task: () => Promise<T>): Promise<T>
  /** The values of the author's entries from `from` to `to`, as far as they are stored. */
  entryValues(author: Uint8Array, from: number, to: number): AsyncIterable<EntryValues>
}

/** A feed is compacted when at least this many values, and half of all, are no longer live. */
const MIN_DEAD_VALUES = 2_000

export class OwnCompaction {
  readonly #init: OwnCompactionInit

  constructor(init: OwnCompactionInit) {
    this.#init = init
  }

  /** Whether at least half of the current author's values are no longer live. */
  get isDue(): boolean {
    const { current } = this.#init
    return current.deadValues >= MIN_DEAD_VALUES && current.deadValues * 2 >= current.values
  }

  /**
   * Restates the live values of the current author's feed; the last entry raises its base.
   * Publications may come in between. If aborted, no value is lost; restated values are stored
   * twice.
   */
  async compact(signal?: AbortSignal): Promise<Entry[]> {
    const { current } = this.#init
    const author = current.known
    if (author === undefined) return []
    // Whatever entry comes next may be the first one that others have.
    const { base, seq } = await this.#init.feedOf(author.key, (feed) => {
      current.nextBase = feed.seq + 1
    })
    const entries: Entry[] = []
    const values = current.values
    let batch: EntryValues[] = []
    let bytes = 0
    for await (const entry of this.#init.entryValues(author.key, base, seq)) {
      batch.push(entry)
      bytes += entry.bytes
      if (entry.seq === seq) {
        entries.push(...(await this.#restate(author, batch, seq + 1)))
        current.values = Math.max(0, current.values - values)
        current.deadValues = 0
      } else if (bytes >= TARGET_UNPACKED_BYTES) {
        signal?.throwIfAborted()
        entries.push(...(await this.#restate(author, batch)))
        batch = []
        bytes = 0
      }
    }
    return entries
  }

  #restate(author: VoicedAuthor, batch: readonly EntryValues[], base?: number): Promise<Entry[]> {
    return this.#init.runAlone(async () => {
      const { current, recordStore, signer } = this.#init
      if (current.known !== author) return []
      const groups: Value[][] = []
      for (const entry of batch)
        groups.push(...(await restateEntry(recordStore, author.key, entry)))
      if (groups.length === 0 && base !== undefined) groups.push(fillerValues())
      current.deadValues += groups.flat().length
      return signer.sign(author, groups, () => [], base)
    })
  }
}
