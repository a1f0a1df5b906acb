/**
 * Brings own entries that no peer has back from their copies, where the store has lost them. Without
 * the entries before them, which peers have, they wait until these have come.
 */
import { writeEntry } from '../feeds/entry.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { HiddenCopies } from '../publishing/hidden-copies.ts'
import type { HiddenEntries } from '../publishing/hidden-entries.ts'
import type { Admitter } from './admitter.ts'
import type { FeedWindows } from './feed-windows.ts'

export interface HiddenReturnsInit {
  readonly feeds: Pick<FeedStore, 'feed'>
  readonly hidden: Pick<HiddenEntries, 'authors' | 'publicSeq'>
  readonly copies: Pick<HiddenCopies, 'beginAfter' | 'get'>
  readonly windows: () => Pick<FeedWindows, 'begin'>
  readonly admitter: () => Pick<Admitter, 'admitAgain' | 'prepare'>
}

export class HiddenReturns {
  readonly #init: HiddenReturnsInit
  /** Entries that came back since the start. */
  returned = 0

  constructor(init: HiddenReturnsInit) {
    this.#init = init
  }

  /** Whether own feeds lack what was hidden: an undamaged feed ends behind its public part. */
  get isAwaited(): boolean {
    const { feeds, hidden } = this.#init
    return hidden
      .authors()
      .some((author) => feeds.feed(author).seq <= (hidden.publicSeq(author) ?? 0))
  }

  /** For all own feeds. */
  async runAll(): Promise<void> {
    for (const author of this.#init.hidden.authors()) await this.run(author)
  }

  /** For the feed of one author. */
  async run(author: Uint8Array): Promise<void> {
    const { feeds, hidden, copies } = this.#init
    const admitter = this.#init.admitter()
    while (hidden.publicSeq(author) !== undefined) {
      const next = feeds.feed(author).seq + 1
      const bytes = (await copies.get(author, next)) ?? (await this.#begin(author))
      if (bytes === undefined) return
      await admitter.prepare(bytes)
      const admission = await admitter.admitAgain(bytes)
      if (admission.outcome !== 'admitted') return
      await admission.durable
      this.returned += 1
    }
  }

  /** A feed that was lost as a whole begins where its author has compacted it, if no peer has any of it. */
  async #begin(author: Uint8Array): Promise<Uint8Array | undefined> {
    const { feeds, hidden, copies, windows } = this.#init
    const { base, seq } = feeds.feed(author)
    if (seq >= base || hidden.publicSeq(author) !== 0) return undefined
    const entry = await copies.beginAfter(author, seq)
    if (entry === undefined) return undefined
    await windows().begin(entry)
    return writeEntry(entry)
  }
}
