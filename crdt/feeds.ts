/**
 * Feeds: how far this replica holds each author's chain, and the content digest over all of them.
 * Resident, 200 bytes an author; the entries themselves stay on disk.
 */
import * as encoding from 'lib0/encoding'
import { HASH_BYTES } from './constants.ts'
import { sha256, toHex } from './digest.ts'
import { readAll, readBytes, readUint } from './encoding.ts'
import { NO_ENTRY } from './entry.ts'
import type { Operation, Section } from './store.ts'

export interface Feed {
  readonly author: Uint8Array
  /** Sequence number and hash of the last admitted entry; 0 and zero bytes when there is none. */
  readonly seq: number
  readonly head: Uint8Array
  /** Structs the author's knowledge document holds so far. */
  readonly clock: number
  /** Format of the last entry; it never decreases along a feed. */
  readonly format: number
  /** Set by a signed entry that is ill-formed: nothing after it is admitted. */
  readonly ended: boolean
}

/** Where a feed stands, as exchanged between peers. */
export type FeedHead = Pick<Feed, 'author' | 'seq' | 'head'>

export class Feeds {
  readonly #section: Section
  readonly #feeds = new Map<string, Feed>()
  #digest: Uint8Array | undefined

  constructor(section: Section) {
    this.#section = section
  }

  async load(): Promise<void> {
    this.#feeds.clear()
    this.#digest = undefined
    for await (const [author, value] of this.#section.entries()) {
      this.#feeds.set(toHex(author), readFeed(new Uint8Array(author), value))
    }
  }

  get(author: Uint8Array): Feed {
    return this.#feeds.get(toHex(author)) ?? emptyFeed(author)
  }

  /** Takes the new state at once; the operation makes it durable. */
  set(feed: Feed): Operation {
    this.#feeds.set(toHex(feed.author), feed)
    this.#digest = undefined
    return this.#section.put(feed.author, writeFeed(feed))
  }

  delete(author: Uint8Array): Operation {
    this.#feeds.delete(toHex(author))
    this.#digest = undefined
    return this.#section.del(author)
  }

  /** Heads of all feeds that have entries, by author key. */
  heads(): FeedHead[] {
    return [...this.#feeds.entries()]
      .filter(([, feed]) => feed.seq > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, feed]) => feed)
  }

  /** Equal on two replicas exactly when they hold the same entries; see docs/PROTOCOL.md. */
  digest(): Uint8Array {
    if (this.#digest === undefined) {
      const encoder = encoding.createEncoder()
      for (const { author, seq, head } of this.heads()) {
        encoding.writeUint8Array(encoder, author)
        encoding.writeBigUint64(encoder, BigInt(seq))
        encoding.writeUint8Array(encoder, head)
      }
      this.#digest = sha256(encoding.toUint8Array(encoder))
    }
    return this.#digest
  }
}

function emptyFeed(author: Uint8Array): Feed {
  // A copy: the key may be a view into a whole network buffer.
  return {
    author: new Uint8Array(author),
    seq: 0,
    head: NO_ENTRY,
    clock: 0,
    format: 1,
    ended: false
  }
}

function writeFeed(feed: Feed): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, feed.seq)
  encoding.writeUint8Array(encoder, feed.head)
  encoding.writeVarUint(encoder, feed.clock)
  encoding.writeVarUint(encoder, feed.format)
  encoding.writeVarUint(encoder, feed.ended ? 1 : 0)
  return encoding.toUint8Array(encoder)
}

function readFeed(author: Uint8Array, bytes: Uint8Array): Feed {
  return readAll(bytes, (decoder) => ({
    author,
    seq: readUint(decoder, Number.MAX_SAFE_INTEGER),
    head: readBytes(decoder, HASH_BYTES).slice(),
    clock: readUint(decoder, Number.MAX_SAFE_INTEGER),
    format: readUint(decoder, Number.MAX_SAFE_INTEGER),
    ended: readUint(decoder, 1) === 1
  }))
}
