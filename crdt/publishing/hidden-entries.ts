/**
 * Own entries that no peer has shown yet. A feed that only its author offers names its author's
 * node, so until somebody else shows them they are in nothing that peers are told. Remembered across
 * restarts, by author: the place up to which its entries were shown.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES } from '../constants.ts'
import { fromHex, toHex, readAll, readBytes, readUint } from '../bytes/index.ts'
import type { FeedHead } from '../feeds/feeds.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** Up to which place peers have shown an author's entries. */
export interface HiddenFeed {
  readonly author: Uint8Array
  /** 0 and zero bytes while nothing was shown. */
  readonly seq: number
  readonly head: Uint8Array
}

interface HiddenRecord {
  readonly author: string
  readonly seq: number
}

/** Own entries that no peer has shown, up to the place that was shown of each feed. */
export class HiddenEntries {
  readonly #section: Section
  #feeds = new Map<string, HiddenFeed>()
  /** Records that came in own entries not shown yet, by digest in hex. */
  #records = new Map<string, HiddenRecord>()

  constructor(store: Pick<Store, 'section'>) {
    this.#section = store.section('unshown')
  }

  /** Reads them from the store. */
  async load(): Promise<void> {
    this.#feeds = new Map()
    this.#records = new Map()
    for await (const [author, bytes] of this.#section.entries()) {
      this.#feeds.set(toHex(author), { author: author.slice(), ...readAll(bytes, readPosition) })
    }
  }

  get isEmpty(): boolean {
    return this.#feeds.size === 0
  }

  /** Own authors of which not all entries were shown. */
  authors(): Uint8Array[] {
    return [...this.#feeds.values()].map(({ author }) => author)
  }

  /** Place up to which the author's entries were shown; undefined when all of them may be. */
  publicSeq(author: Uint8Array): number | undefined {
    return this.#feeds.get(toHex(author))?.seq
  }

  /** The record is known to no peer through this node. */
  hidesRecord(digest: Uint8Array): boolean {
    return this.#records.has(toHex(digest))
  }

  /** What peers are told of where the feed stands; undefined: nothing. */
  publicHead(feed: FeedHead): FeedHead | undefined {
    const hiddenFeed = this.#feeds.get(toHex(feed.author))
    if (hiddenFeed === undefined) return feed
    if (hiddenFeed.seq < feed.base) return undefined
    return { ...feed, seq: hiddenFeed.seq, head: hiddenFeed.head }
  }

  /** Hides the records of an own entry that follows on `feed`. */
  hide({ author, seq, head }: FeedHead, digests: readonly Uint8Array[]): Operation[] {
    const name = toHex(author)
    this.#addRecords(name, seq + 1, digests)
    if (this.#feeds.has(name)) return []
    return [this.#set({ author: author.slice(), seq, head })]
  }

  /** The same for an entry that was there at the start. */
  restoreRecords(author: Uint8Array, seq: number, digests: readonly Uint8Array[]): void {
    this.#addRecords(toHex(author), seq, digests)
  }

  /** Takes everything up to the place as shown: the records that are no longer hidden. */
  unhide(
    author: Uint8Array,
    position: Pick<HiddenFeed, 'seq' | 'head'>,
    isAll: boolean
  ): { digests: Uint8Array[]; operations: Operation[] } {
    const name = toHex(author)
    const digests: Uint8Array[] = []
    for (const [digest, hiddenRecord] of this.#records) {
      if (hiddenRecord.author !== name || hiddenRecord.seq > position.seq) continue
      this.#records.delete(digest)
      const bytes = fromHex(digest, HASH_BYTES)
      if (bytes !== undefined) digests.push(bytes)
    }
    if (!isAll) return { digests, operations: [this.#set({ author: author.slice(), ...position })] }
    this.#feeds.delete(name)
    return { digests, operations: [this.#section.del(author)] }
  }

  #addRecords(author: string, seq: number, digests: readonly Uint8Array[]): void {
    for (const digest of digests) this.#records.set(toHex(digest), { author, seq })
  }

  #set(hiddenFeed: HiddenFeed): Operation {
    this.#feeds.set(toHex(hiddenFeed.author), hiddenFeed)
    return this.#section.put(hiddenFeed.author, writePosition(hiddenFeed))
  }
}

function writePosition({ seq, head }: HiddenFeed): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, seq)
    encoding.writeUint8Array(encoder, head)
  })
}

function readPosition(decoder: Parameters<typeof readUint>[0]): Pick<HiddenFeed, 'seq' | 'head'> {
  const seq = readUint(decoder, Number.MAX_SAFE_INTEGER)
  return { seq, head: readBytes(decoder, HASH_BYTES).slice() }
}
