/**
 * Decides when own entries become visible to peers: once a peer has shown them in any way. Until
 * then no message to a peer contains them (`hidden-entries.ts`).
 */
import { equalBytes } from '../bytes/index.ts'
import { readEntry } from '../feeds/entry.ts'
import { recordsOf } from '../records/value.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { Commits } from '../store/commits.ts'
import type { EntryValues } from '../publishing/restatement.ts'
import type { StoredFilter } from '../filters/stored-filter.ts'
import type { HiddenEntries, HiddenRecords } from '../publishing/hidden-entries.ts'

export interface VisibilityInit {
  readonly hidden: HiddenEntries
  readonly feeds: FeedStore
  readonly commits: Commits
  readonly published: Pick<StoredFilter, 'insert'>
  readonly elementOf: (digest: Uint8Array) => Uint8Array
  /** Whether own entries are hidden at all. */
  readonly hidesOwn: boolean
  /** The values of an author's entries, as far as they are stored. */
  entryValues(author: Uint8Array, from: number, to: number): AsyncIterable<EntryValues>
}

export class Visibility {
  readonly #init: VisibilityInit

  constructor(init: VisibilityInit) {
    this.#init = init
  }

  async load(): Promise<void> {
    const { hidden, feeds } = this.#init
    const stored = await hidden.stored()
    const records: HiddenRecords[] = []
    for (const { author, seq } of stored) {
      for await (const each of this.#init.entryValues(author, seq + 1, feeds.feed(author).seq)) {
        records.push({ author, seq: each.seq, digests: recordsOf(each.values) })
      }
    }
    hidden.restore(stored, records)
  }

  /** Shows what an earlier run hid, if nothing is to be hidden. The filter must be loaded. */
  async showAll(): Promise<void> {
    const { hidden, feeds, hidesOwn } = this.#init
    if (hidesOwn) return
    for (const author of hidden.authors()) await this.unhide(author, feeds.feed(author).seq)
  }

  /**
   * The position of the own entry with these bytes, if it is hidden: a peer that sends it has it.
   */
  async findHidden(bytes: Uint8Array): Promise<{ author: Uint8Array; seq: number } | undefined> {
    const { hidden, feeds, commits } = this.#init
    if (hidden.isEmpty) return undefined
    const { author, seq, hash } = readEntry(bytes)
    const publicSeq = hidden.publicSeq(author)
    if (publicSeq === undefined || seq <= publicSeq) return undefined
    await commits.flush()
    const own = await feeds.headerAt(author, seq)
    return own !== undefined && equalBytes(own.hash, hash) ? { author, seq } : undefined
  }

  /** Marks the author's entries up to `seq` as public; false if they were. */
  async unhide(author: Uint8Array, seq: number): Promise<boolean> {
    const { hidden, feeds, commits, published, elementOf } = this.#init
    const publicSeq = hidden.publicSeq(author)
    if (publicSeq === undefined || seq <= publicSeq) return false
    await commits.flush()
    const header = await feeds.headerAt(author, seq)
    if (header === undefined) return false
    const isAll = seq === feeds.feed(author).seq
    const position = { seq, head: header.hash.slice() }
    const { digests, operations } = hidden.unhide(author, position, isAll)
    const elements = digests.map((digest) => elementOf(digest))
    await commits.commit([...operations, ...published.insert(elements)])
    return true
  }
}
