/**
 * Own entries that no peer has shown yet. A feed that only one node offers identifies its author,
 * so these entries are in no message to peers until another node shows them. Stored across
 * restarts, by author: the last public sequence number.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES } from '../constants.ts'
import { equalBytes, toHex, readAll, readBytes, readUint } from '../bytes/index.ts'
import { HELD_POSITION } from './held-votes.ts'
import { NO_ENTRY } from '../feeds/entry.ts'
import type { FeedHead } from '../feeds/feed.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** The last public entry of an own feed. */
export interface HiddenFeed {
  readonly author: Uint8Array
  /** 0 and zero bytes while no entry is public. */
  readonly seq: number
  readonly head: Uint8Array
}

/** A feed whose hidden entries name where it begins once peers have them. */
export interface NextBase {
  readonly author: Uint8Array
  readonly base: number
}

export interface HiddenEntriesInit {
  readonly store: Pick<Store, 'section'>
  /** Peers see another part of the author's feed than before. */
  readonly onChange: (author: Uint8Array) => void
}

/** Own entries that no peer has shown: the last public entry of each feed. */
export class HiddenEntries {
  readonly #section: Section
  readonly #init: HiddenEntriesInit
  #feeds = new Map<string, HiddenFeed>()
  /** The first two bytes of their authors: of a million others almost none has them. */
  #prefixes: ReadonlySet<number> = new Set()
  /** Where feeds begin once their hidden entries are public, by author. */
  #nextBases = new Map<string, number>()

  constructor(init: HiddenEntriesInit) {
    this.#init = init
    this.#section = init.store.section('unshown')
  }

  /** The feeds as they are stored. */
  async stored(): Promise<HiddenFeed[]> {
    const feeds: HiddenFeed[] = []
    for await (const [author, bytes] of this.#section.entries()) {
      feeds.push({ author: author.slice(), ...readAll(bytes, readPosition) })
    }
    return feeds
  }

  /** Hides feeds that the section has lost. For a commit before `restore`. */
  async hideAgain(feeds: AsyncIterable<HiddenFeed>): Promise<Operation[]> {
    const operations: Operation[] = []
    for await (const feed of feeds) {
      if ((await this.#section.get(feed.author)) !== undefined) continue
      operations.push(this.#section.put(feed.author, writePosition(feed)))
    }
    return operations
  }

  /** Replaces what is in memory at once: nothing hidden may be shown in between. */
  restore(feeds: readonly HiddenFeed[], nextBases: readonly NextBase[]): void {
    const before = this.authors()
    this.#nextBases.clear()
    for (const each of nextBases) this.#begins(each)
    this.#feeds = new Map(feeds.map((feed) => [toHex(feed.author), feed]))
    this.#readPrefixes()
    for (const author of [...before, ...this.authors()]) this.#init.onChange(author)
  }

  get isEmpty(): boolean {
    return this.#feeds.size === 0
  }

  /** Own authors with hidden entries. */
  authors(): Uint8Array[] {
    return [...this.#feeds.values()].map(({ author }) => author)
  }

  /** False if no author whose key begins with these bytes has hidden entries. */
  mayHide(first: number, second: number): boolean {
    return this.#prefixes.size > 0 && this.#prefixes.has(prefixOf(first, second))
  }

  /** The last public sequence number of the author; undefined if none of its entries is hidden. */
  publicSeq(author: Uint8Array): number | undefined {
    return this.#feeds.get(toHex(author))?.seq
  }

  /** Whether peers may have what stands there. */
  isPublicPosition(author: Uint8Array, seq: number): boolean {
    return seq <= (this.publicSeq(author) ?? Infinity) && !equalBytes(author, HELD_POSITION.author)
  }

  /** The head of the feed as peers see it; undefined if all of it is hidden. */
  publicHead(feed: FeedHead): FeedHead | undefined {
    if (this.isEmpty) return feed
    const hiddenFeed = this.#feeds.get(toHex(feed.author))
    if (hiddenFeed === undefined) return feed
    // A peer has sent the header with the base that peers see; that of hidden entries may be higher.
    if (hiddenFeed.seq < feed.base) {
      return hiddenFeed.seq > 0 ? emptyFrom({ ...feed, base: hiddenFeed.seq + 1 }) : undefined
    }
    // Of a feed that was damaged.
    if (feed.seq < hiddenFeed.seq) return feed
    return { ...feed, seq: hiddenFeed.seq, head: hiddenFeed.head }
  }

  /** Whether peers see the feed: an entry, or where it begins. */
  shows({ author, seq, base }: FeedHead): boolean {
    const publicSeq = this.publicSeq(author)
    return publicSeq === undefined ? seq >= base : publicSeq > 0
  }

  /** A peer has sent a header with this base. For the commit that sets it. */
  begin(author: Uint8Array, base: number): Operation[] {
    const publicSeq = this.publicSeq(author)
    if (publicSeq === undefined || publicSeq >= base - 1) return []
    return [this.#set({ author: author.slice(), seq: base - 1, head: NO_ENTRY })]
  }

  /** Feeds whose hidden entries name where they begin. */
  get nextBases(): number {
    return this.#nextBases.size
  }

  /** Where the author's feed begins once its hidden entries are public; 0 if none of them names a base. */
  nextBase(author: Uint8Array): number {
    return this.#nextBases.get(toHex(author)) ?? 0
  }

  /** Hides an own entry that follows `feed`, and may name a base. For its commit. */
  hide({ author, seq, head, base }: FeedHead, named: number): Operation[] {
    if (named > base) this.#begins({ author, base: named })
    if (this.#feeds.has(toHex(author))) return []
    return [this.#set({ author: author.slice(), seq, head })]
  }

  /** Marks all entries up to the position as public. */
  unhide(
    author: Uint8Array,
    position: Pick<HiddenFeed, 'seq' | 'head'>,
    isAll: boolean
  ): Operation {
    if (!isAll) return this.#set({ author: author.slice(), ...position })
    this.#feeds.delete(toHex(author))
    this.#readPrefixes()
    this.#nextBases.delete(toHex(author))
    this.#init.onChange(author)
    return this.#section.del(author)
  }

  #begins({ author, base }: NextBase): void {
    this.#nextBases.set(toHex(author), Math.max(base, this.nextBase(author)))
  }

  #readPrefixes(): void {
    this.#prefixes = new Set(
      this.authors().map(([first = 0, second = 0]) => prefixOf(first, second))
    )
  }

  #set(hiddenFeed: HiddenFeed): Operation {
    const name = toHex(hiddenFeed.author)
    const isNew = !this.#feeds.has(name)
    this.#feeds.set(name, hiddenFeed)
    if (isNew) this.#readPrefixes()
    this.#init.onChange(hiddenFeed.author)
    return this.#section.put(hiddenFeed.author, writePosition(hiddenFeed))
  }
}

function prefixOf(first: number, second: number): number {
  return first * 256 + second
}

/** What a replica has of the feed that knows its base, and no entry of it. */
function emptyFrom(feed: FeedHead): FeedHead {
  return { ...feed, seq: feed.base - 1, head: NO_ENTRY }
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
