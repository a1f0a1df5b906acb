/**
 * Feeds: the state of each author's hash chain in this replica, and the content digest over all of
 * them. In memory, 200 bytes an author; the entries stay on disk.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES, KNOWLEDGE_DOC, MAX_DOC_BYTES } from '../constants.ts'
import { sha256, toHex, readAll, readBytes, readText, readUint, seqBytes } from '../bytes/index.ts'
import { NO_ENTRY } from './entry.ts'
import type { Operation, Section } from '../store/section.ts'

/** The state of an author's feed in memory. */
export interface Feed {
  readonly author: Uint8Array
  /**
   * Sequence number and hash of the last admitted entry; `base - 1` and zero bytes if there is
   * none.
   */
  readonly seq: number
  readonly head: Uint8Array
  /** Clock of the author's next struct in its document. */
  readonly clock: number
  /** Format of the last entry; it never decreases along a feed. */
  readonly format: number
  /**
   * Sequence number of a signed but ill-formed entry: nothing from there on is admitted; 0 for
   * none.
   */
  readonly end: number
  /** Lowest sequence number with a proven equivocation: void from there; 0 for none. */
  readonly fork: number
  /**
   * The author's entries before this sequence number are no longer live, and are removed: 1 at
   * first.
   */
  readonly base: number
  /** The document of the last entry: a feed writes to one document. Empty for an empty feed. */
  readonly doc: string
}

/** The head of a feed, as exchanged between peers. */
export type FeedHead = Pick<Feed, 'author' | 'seq' | 'head' | 'fork' | 'base'>

export class Feeds {
  readonly #section: Section
  #feeds = new Map<string, Feed>()
  #digest: Uint8Array | undefined

  constructor(section: Section) {
    this.#section = section
  }

  async load(): Promise<void> {
    const feeds = new Map<string, Feed>()
    for await (const [author, value] of this.#section.entries()) {
      feeds.set(toHex(author), readFeed(new Uint8Array(author), value))
    }
    this.#feeds = feeds
    this.#digest = undefined
  }

  get(author: Uint8Array): Feed {
    return this.#feeds.get(toHex(author)) ?? emptyFeed(author)
  }

  /** Changes the state at once; the operation makes it durable. */
  set(feed: Feed): Operation {
    this.#feeds.set(toHex(feed.author), feed)
    this.#digest = undefined
    return this.#section.put(feed.author, writeFeed(feed))
  }

  /** Empties the feed, but keeps `end`, `fork` and `base`. */
  reset(author: Uint8Array, { end, fork, base }: Pick<Feed, 'end' | 'fork' | 'base'>): Operation {
    return this.set({ ...emptyFeed(author), seq: base - 1, end, fork, base })
  }

  /** Feeds that write to the document. */
  writersOf(doc: string): Feed[] {
    return [...this.#feeds.values()].filter((feed) => feed.doc === doc)
  }

  /** Feeds whose entries an older version stored unread. */
  unread(): Feed[] {
    return [...this.#feeds.values()].filter(({ doc, seq, base }) => doc === '' && seq >= base)
  }

  /** Heads of all feeds with entries, a checkpoint or a proof, by author key. */
  heads(): FeedHead[] {
    return [...this.#feeds.entries()]
      .filter(([, { seq, fork }]) => seq > 0 || fork > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, feed]) => feed)
  }

  /**
   * Equal on two replicas exactly when they store the same entries and void the same authors; see
   * docs/PROTOCOL.md.
   */
  digest(): Uint8Array {
    return (this.#digest ??= digestOfHeads(this.heads()))
  }
}

/** The content digest of heads in the order of their authors. */
export function digestOfHeads(heads: readonly FeedHead[]): Uint8Array {
  const encoder = encoding.createEncoder()
  for (const { author, seq, head, fork, base } of heads) {
    encoding.writeUint8Array(encoder, author)
    encoding.writeUint8Array(encoder, seqBytes(seq))
    encoding.writeUint8Array(encoder, head)
    encoding.writeUint8Array(encoder, seqBytes(fork))
    encoding.writeUint8Array(encoder, seqBytes(base))
  }
  return sha256(encoding.toUint8Array(encoder))
}

function emptyFeed(author: Uint8Array): Feed {
  // Copied, since the key may be a view of a large network buffer.
  return {
    author: new Uint8Array(author),
    seq: 0,
    head: NO_ENTRY,
    clock: 0,
    format: 1,
    end: 0,
    fork: 0,
    base: 1,
    doc: ''
  }
}

/** One string for the name that nearly all feeds share. */
function sharedName(doc: string): string {
  return doc === KNOWLEDGE_DOC ? KNOWLEDGE_DOC : doc
}

function writeFeed(feed: Feed): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, feed.seq)
  encoding.writeUint8Array(encoder, feed.head)
  encoding.writeVarUint(encoder, feed.clock)
  encoding.writeVarUint(encoder, feed.format)
  encoding.writeVarUint(encoder, feed.end)
  encoding.writeVarUint(encoder, feed.fork)
  encoding.writeVarUint(encoder, feed.base)
  encoding.writeVarString(encoder, feed.doc)
  return encoding.toUint8Array(encoder)
}

function readFeed(author: Uint8Array, bytes: Uint8Array): Feed {
  return readAll(bytes, (decoder) => ({
    author,
    seq: readUint(decoder, Number.MAX_SAFE_INTEGER),
    head: readBytes(decoder, HASH_BYTES).slice(),
    clock: readUint(decoder, Number.MAX_SAFE_INTEGER),
    format: readUint(decoder, Number.MAX_SAFE_INTEGER),
    end: readUint(decoder, Number.MAX_SAFE_INTEGER),
    fork: readUint(decoder, Number.MAX_SAFE_INTEGER),
    base: readUint(decoder, Number.MAX_SAFE_INTEGER),
    doc: sharedName(readText(decoder, MAX_DOC_BYTES))
  }))
}
