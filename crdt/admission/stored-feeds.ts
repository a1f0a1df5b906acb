/**
 * Feeds as other replicas read them: only entries on disk. A crash cannot remove an entry that a
 * peer has read.
 */
import { readEntryValues } from './entry-values.ts'
import type { ReadableEntries } from './entry-values.ts'
import type { SignedHeader } from '../feeds/entry.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { EntryValues } from '../publishing/restatement.ts'
import type { Commits } from '../store/commits.ts'
import type { Serial } from '../store/serial.ts'

export interface StoredFeedsComponents extends ReadableEntries {
  readonly serial: Serial
  readonly commits: Commits
  readonly feeds: FeedStore
  /** Resolves when all commits so far are on disk. */
  readonly flush: () => Promise<void>
  /**
   * Empties the feed of an author, so that the next sync fetches it again. What no peer has comes back
   * at once.
   */
  readonly forget: (author: Uint8Array) => Promise<void>
}

export class StoredFeeds {
  readonly #components: StoredFeedsComponents

  constructor(components: StoredFeedsComponents) {
    this.#components = components
  }

  /** Header of the author's entry at `seq`: the stored one, or the one that ended the feed. */
  async headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined> {
    await this.#components.flush()
    return this.#components.feeds.headerAt(author, seq)
  }

  /** Proof of the author's lowest known fork. */
  async proofOf(author: Uint8Array): Promise<Uint8Array | undefined> {
    await this.#components.flush()
    return this.#components.feeds.proofOf(author)
  }

  /** The header that set the author's base; undefined while the base is 1. */
  async checkpointOf(author: Uint8Array): Promise<SignedHeader | undefined> {
    await this.#components.flush()
    return this.#components.feeds.checkpointOf(author)
  }

  /**
   * The author's live entries after `seq`, in order. Ends early at a damaged one; the feed is then
   * emptied.
   */
  async *entriesAfter(author: Uint8Array, seq: number): AsyncGenerator<Uint8Array> {
    const { serial, feeds, forget } = this.#components
    const last = await serial.run(() => this.#lastDurable(author))
    let next = Math.max(seq + 1, feeds.feed(author).base)
    for await (const bytes of feeds.between(author, next, last)) {
      yield bytes
      next += 1
    }
    // Unless a proof or a checkpoint has shortened the feed meanwhile.
    const { base, seq: end } = feeds.feed(author)
    if (next <= last && next >= base && next <= end) await forget(author)
  }

  /** The values of an author's entries, as far as they are stored and undamaged. */
  async *entryValues(author: Uint8Array, from: number, to: number): AsyncGenerator<EntryValues> {
    const { feeds, flush } = this.#components
    await flush()
    let seq = from
    for await (const bytes of feeds.between(author, from, to)) {
      yield readEntryValues(this.#components, seq, bytes)
      seq += 1
    }
  }

  /** The values of all stored entries of an author after `seq`, also where entries between are gone. */
  async *valuesAfter(author: Uint8Array, seq: number): AsyncGenerator<EntryValues> {
    const { feeds, flush } = this.#components
    await flush()
    for await (const stored of feeds.storedAfter(author, seq)) {
      yield readEntryValues(this.#components, stored.seq, stored.bytes)
    }
  }

  async #lastDurable(author: Uint8Array): Promise<number> {
    await this.#components.flush()
    await this.#components.commits.refresh()
    return this.#components.feeds.feed(author).seq
  }
}
