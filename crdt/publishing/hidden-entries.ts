/**
 * Own entries that no peer has shown yet. A feed that only one node offers identifies its author,
 * so these entries are in no message to peers until another node shows them. Stored across
 * restarts, by author: the last public sequence number.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, KEY_BYTES } from '../constants.ts'
import { fromHex, toHex, readAll, readBytes, readUint } from '../bytes/index.ts'
import { NO_ENTRY } from '../feeds/entry.ts'
import type { FeedHead } from '../feeds/feed.ts'
import type { Value } from '../records/value.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** The last public entry of an own feed. */
export interface HiddenFeed {
  readonly author: Uint8Array
  /** 0 and zero bytes while no entry is public. */
  readonly seq: number
  readonly head: Uint8Array
}

/** The records of a hidden entry. */
export interface HiddenRecords {
  readonly author: Uint8Array
  readonly seq: number
  readonly digests: readonly Uint8Array[]
}

/** A record of a hidden entry of an author that peers have otherwise. */
export interface ShownRecord {
  readonly digest: Uint8Array
  readonly author: Uint8Array
}

interface HiddenRecord {
  readonly author: string
  readonly seq: number
}

export interface HiddenEntriesInit {
  readonly store: Pick<Store, 'section'>
  /** Peers see another part of the author's feed than before. */
  readonly onChange: (author: Uint8Array) => void
  /** Peers are asked for the body of the record, with the next commit. */
  readonly want: (digest: Uint8Array) => Operation
}

/** In place of the author of an entry: no key, so no entry shows these records. */
const HELD = 'held'

const EMPTY = new Uint8Array()

/**
 * Own entries that no peer has shown, and the last public entry of each feed; and records that are
 * stored for a held vote alone, which peers do not have either.
 */
export class HiddenEntries {
  readonly #section: Section
  /** Digests of records that came with a held vote. */
  readonly #heldSection: Section
  /** Digests of records that a peer has shown although their own entries are hidden. */
  readonly #shownSection: Section
  readonly #init: HiddenEntriesInit
  #feeds = new Map<string, HiddenFeed>()
  /** Records of hidden own entries, by digest in hex. */
  #records = new Map<string, HiddenRecord>()
  /** Authors of hidden entries with a record that peers have otherwise, by its digest in hex. */
  #shown = new Map<string, string>()

  constructor(init: HiddenEntriesInit) {
    this.#init = init
    this.#section = init.store.section('unshown')
    this.#heldSection = init.store.section('held-records')
    this.#shownSection = init.store.section('shown-records')
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

  /** Records that are stored for a held vote alone, as they are stored. */
  async storedHeld(): Promise<Uint8Array[]> {
    const digests: Uint8Array[] = []
    for await (const [digest] of this.#heldSection.entries()) digests.push(digest.slice())
    return digests
  }

  /** Records that hidden entries have, and peers otherwise, as they are stored. */
  async storedShown(): Promise<ShownRecord[]> {
    const shown: ShownRecord[] = []
    for await (const [digest, author] of this.#shownSection.entries()) {
      shown.push({ digest: digest.slice(), author: author.slice() })
    }
    return shown
  }

  /** Replaces what is in memory at once: nothing hidden may be shown in between. */
  restore(
    feeds: readonly HiddenFeed[],
    records: readonly HiddenRecords[],
    {
      held,
      shown
    }: { readonly held: readonly Uint8Array[]; readonly shown: readonly ShownRecord[] }
  ): void {
    const before = this.authors()
    this.#feeds = new Map(feeds.map((feed) => [toHex(feed.author), feed]))
    for (const author of [...before, ...this.authors()]) this.#init.onChange(author)
    this.#records = new Map()
    this.#addRecords(HELD, 0, held)
    for (const { author, seq, digests } of records) this.#addRecords(toHex(author), seq, digests)
    this.#shown = new Map(shown.map(({ digest, author }) => [toHex(digest), toHex(author)]))
    for (const digest of this.#shown.keys()) this.#records.delete(digest)
  }

  get isEmpty(): boolean {
    return this.#feeds.size === 0
  }

  /** Own authors with hidden entries. */
  authors(): Uint8Array[] {
    return [...this.#feeds.values()].map(({ author }) => author)
  }

  /** The last public sequence number of the author; undefined if none of its entries is hidden. */
  publicSeq(author: Uint8Array): number | undefined {
    return this.#feeds.get(toHex(author))?.seq
  }

  /** Whether the record occurs in hidden entries only, or is stored for a held vote alone. */
  hidesRecord(digest: Uint8Array): boolean {
    return this.#records.has(toHex(digest))
  }

  /** Whether the record is stored for a held vote alone: its vote must bring it along. */
  isHeldRecord(digest: Uint8Array): boolean {
    return this.#records.get(toHex(digest))?.author === HELD
  }

  /** Hides records that are stored for a held vote alone. For the commit that stores them. */
  holdRecords(digests: readonly Uint8Array[]): Operation[] {
    this.#addRecords(HELD, 0, digests)
    return digests.map((digest) => this.#heldSection.put(digest, EMPTY))
  }

  /** Records that nothing is said of any longer. For the commit that removes them. */
  dropHeldRecords(digests: readonly Uint8Array[]): Operation[] {
    return this.showRecords(digests.filter((digest) => this.isHeldRecord(digest)))
  }

  /**
   * Notes what an entry of a peer says of hidden records. With a body, the record is public. With
   * a vote or a retraction alone, a replica without the record would ask peers for it, and so does this
   * one, also after a restart. For the commit of the entry.
   */
  observe(values: readonly Value[]): Operation[] {
    if (this.#records.size === 0) return []
    const operations: Operation[] = []
    for (const { type, digest } of values) {
      const name = toHex(digest)
      if (!this.#records.has(name)) continue
      if (type === 'record') operations.push(...this.#show(name, digest))
      else operations.push(this.#init.want(digest))
    }
    return operations
  }

  /** A peer has sent the bodies of these records: those that were hidden are public. */
  showRecords(digests: readonly Uint8Array[]): Operation[] {
    return digests.flatMap((digest) => this.#show(toHex(digest), digest))
  }

  /** The head of the feed as peers see it; undefined if all of it is hidden. */
  publicHead(feed: FeedHead): FeedHead | undefined {
    if (this.isEmpty) return feed
    const hiddenFeed = this.#feeds.get(toHex(feed.author))
    if (hiddenFeed === undefined) return feed
    // Of a feed that peers have seen, a peer has sent the header with the base.
    if (hiddenFeed.seq < feed.base) return hiddenFeed.seq > 0 ? emptyFrom(feed) : undefined
    // Of a feed that was damaged.
    if (feed.seq < hiddenFeed.seq) return feed
    return { ...feed, seq: hiddenFeed.seq, head: hiddenFeed.head }
  }

  /** Whether peers see an entry of the feed. */
  shows({ author, seq, base }: FeedHead): boolean {
    return (this.publicSeq(author) ?? seq) >= base
  }

  /** A peer has sent the base of a feed of which peers have seen nothing. For the commit that sets it. */
  begin(author: Uint8Array, base: number): Operation[] {
    if (this.publicSeq(author) !== 0) return []
    return [this.#set({ author: author.slice(), seq: base - 1, head: NO_ENTRY })]
  }

  /** Hides the records of an own entry that follows `feed`, but for those that peers have. */
  hide(
    { author, seq, head }: FeedHead,
    digests: readonly Uint8Array[],
    isPublic: (digest: Uint8Array) => boolean
  ): Operation[] {
    const name = toHex(author)
    const shown = digests.filter(isPublic)
    const hidden = digests.filter((digest) => !isPublic(digest))
    const held = hidden.filter((digest) => this.isHeldRecord(digest))
    const operations = [
      ...held.map((digest) => this.#heldSection.del(digest)),
      ...hidden.flatMap((digest) => this.#forgetShown(toHex(digest), digest)),
      ...shown.map((digest) => this.#noteShown(toHex(digest), digest, author))
    ]
    this.#addRecords(name, seq + 1, hidden)
    if (this.#feeds.has(name)) return operations
    return [...operations, this.#set({ author: author.slice(), seq, head })]
  }

  /**
   * Marks all entries up to the position as public; returns the records that are no longer hidden.
   */
  unhide(
    author: Uint8Array,
    position: Pick<HiddenFeed, 'seq' | 'head'>,
    isAll: boolean
  ): { digests: Uint8Array[]; operations: Operation[] } {
    const name = toHex(author)
    const digests: Uint8Array[] = []
    for (const [digest, hiddenRecord] of this.#records) {
      if (hiddenRecord.author !== name || hiddenRecord.seq > position.seq) continue
      const bytes = fromHex(digest, HASH_BYTES)
      if (bytes === undefined) continue
      this.#records.delete(digest)
      digests.push(bytes)
    }
    if (!isAll) return { digests, operations: [this.#set({ author: author.slice(), ...position })] }
    this.#feeds.delete(name)
    this.#init.onChange(author)
    const ended = [...this.#shown].filter(([, other]) => other === name)
    const operations = ended.flatMap(([digest]) => {
      const bytes = fromHex(digest, HASH_BYTES)
      return bytes === undefined ? [] : this.#forgetShown(digest, bytes)
    })
    return { digests, operations: [this.#section.del(author), ...operations] }
  }

  #show(name: string, digest: Uint8Array): Operation[] {
    const record = this.#records.get(name)
    if (record === undefined) return []
    this.#records.delete(name)
    if (record.author === HELD) return [this.#heldSection.del(digest)]
    const author = fromHex(record.author, KEY_BYTES)
    return author === undefined ? [] : [this.#noteShown(name, digest, author)]
  }

  #noteShown(name: string, digest: Uint8Array, author: Uint8Array): Operation {
    this.#shown.set(name, toHex(author))
    return this.#shownSection.put(digest, author)
  }

  #forgetShown(name: string, digest: Uint8Array): Operation[] {
    return this.#shown.delete(name) ? [this.#shownSection.del(digest)] : []
  }

  /** A record is public with the first of the author's entries that has it. */
  #addRecords(author: string, seq: number, digests: readonly Uint8Array[]): void {
    for (const digest of digests) {
      const name = toHex(digest)
      const before = this.#records.get(name)
      if (before?.author !== author || before.seq > seq) this.#records.set(name, { author, seq })
    }
  }

  #set(hiddenFeed: HiddenFeed): Operation {
    this.#feeds.set(toHex(hiddenFeed.author), hiddenFeed)
    this.#init.onChange(hiddenFeed.author)
    return this.#section.put(hiddenFeed.author, writePosition(hiddenFeed))
  }
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
