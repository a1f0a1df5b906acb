/**
 * The live window of each author's feed, and its entries on disk. A window starts at the highest
 * base that the author is known to have signed, and ends before the lowest proven equivocation.
 * Both follow from signed headers alone and only move inwards, so that the windows of two replicas
 * agree once both have the same headers.
 *
 * State changes at once; the operations make it durable.
 */
import { Checkpoints } from './checkpoints.ts'
import { Entries } from './entries.ts'
import { writeProof } from './equivocation.ts'
import { Feeds } from './feeds.ts'
import { Forks } from './forks.ts'
import type { StoredEntry } from './entries.ts'
import type { Entry, SignedHeader } from './entry.ts'
import type { Proof } from './equivocation.ts'
import type { Feed, FeedHead } from './feed.ts'
import type { HiddenFeeds } from './feeds.ts'
import type { HeadNode, HeadTotals } from './head-tree.ts'
import type { Operation, Store } from '../store/section.ts'

export class FeedStore {
  readonly #entries: Entries
  readonly #feeds: Feeds
  readonly #forks: Forks
  readonly #checkpoints: Checkpoints

  constructor(store: Pick<Store, 'section' | 'snapshots'>, hidden: HiddenFeeds) {
    this.#entries = new Entries(store)
    this.#feeds = new Feeds(store, hidden)
    this.#forks = new Forks(store)
    this.#checkpoints = new Checkpoints(store)
  }

  load(): Promise<void> {
    return this.#feeds.load()
  }

  feed(author: Uint8Array): Feed {
    return this.#feeds.get(author)
  }

  heads(): FeedHead[] {
    return this.#feeds.heads()
  }

  /** Feeds that write to a document. */
  writersOf(doc: string): Feed[] {
    return this.#feeds.writersOf(doc)
  }

  /** Feeds whose entries an older version stored unread. */
  unread(): Feed[] {
    return this.#feeds.unread()
  }

  /** Must be called when what peers see of the author's feed has changed. */
  touch(author: Uint8Array): void {
    this.#feeds.touch(author)
  }

  /** The content digest. */
  digest(): Uint8Array {
    return this.#feeds.digest()
  }

  /** The content digest of what peers see. */
  publicDigest(): Uint8Array {
    return this.#feeds.publicDigest()
  }

  /** How much peers see. */
  totals(): HeadTotals {
    return this.#feeds.totals()
  }

  /** A node of the tree over the heads that peers see. */
  nodeAt(prefix: string): HeadNode {
    return this.#feeds.nodeAt(prefix)
  }

  /** Whether an admitted value at this position is live. */
  isLive(author: Uint8Array, seq: number): boolean {
    const { base, fork, end } = this.#feeds.get(author)
    return seq >= base && (fork === 0 || seq < fork) && (end === 0 || seq < end)
  }

  /** Adds the author's next entry; `next` is its feed with it. */
  append(entry: Entry, bytes: Uint8Array, next: Feed): Operation[] {
    const { base } = this.#feeds.get(entry.author)
    return [
      this.#entries.put(entry, bytes),
      this.#feeds.set(next),
      ...(next.base > base ? [this.#checkpoints.put(entry)] : [])
    ]
  }

  /** Ends the author's feed before an ill-formed entry. */
  endBefore(entry: Entry): Operation[] {
    const feed = { ...this.#feeds.get(entry.author), end: entry.seq }
    return [this.#feeds.set(feed), this.#forks.putEnding(entry)]
  }

  /** Peers get this header as the one that sets the base. */
  showCheckpoint(header: SignedHeader): Operation {
    return this.#checkpoints.put(header)
  }

  /**
   * Raises the base of the author's feed to that of the header; no operations if it is as high
   * already.
   */
  setBase(header: SignedHeader): Operation[] {
    const { author, base } = header
    const feed = this.#feeds.get(author)
    if (base <= feed.base) return []
    const end = feed.end > base ? feed.end : 0
    const operation =
      feed.seq < base
        ? this.#feeds.reset(author, { end, fork: feed.fork, base })
        : this.#feeds.set({ ...feed, end, base })
    return [operation, this.#checkpoints.put(header)]
  }

  /**
   * Raises the base of the author's feed to a stored entry that cannot be the first of a window:
   * nothing is left of the feed.
   */
  async endAtBase(header: SignedHeader): Promise<Operation[]> {
    const { author, base } = header
    const first = await this.headerAt(author, base)
    if (first === undefined) return this.setBase(header)
    const { fork } = this.#feeds.get(author)
    return [
      this.#feeds.reset(author, { end: base, fork, base }),
      this.#forks.putEnding(first),
      this.#checkpoints.put(header)
    ]
  }

  /** Ends the author's feed before a fork that is lower than the known one. */
  async fork(proof: Proof): Promise<Operation[]> {
    const [{ author, seq }] = proof
    const feed = this.#feeds.get(author)
    const { end, base } = feed
    const head = seq > feed.seq + 1 ? feed.head : await this.#hashBefore(feed, seq)
    const operation =
      head === undefined
        ? this.#feeds.reset(author, { end, fork: seq, base })
        : this.#feeds.set({ ...feed, seq: Math.min(feed.seq, seq - 1), head, fork: seq })
    return [operation, this.#forks.putProof(proof)]
  }

  /** Empties the author's feed, so that the next sync fetches it again. */
  forget(author: Uint8Array): Operation {
    return this.#feeds.reset(author, this.#feeds.get(author))
  }

  /** Header of the author's entry at `seq`: the stored one, or the one that ended the feed. */
  async headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined> {
    const { base, seq: last, end } = this.#feeds.get(author)
    if (seq === end) return this.#forks.endingOf(author)
    if (seq > last || seq < base) return undefined
    return this.#entries.headerAt(author, seq)
  }

  /** Proof of the author's lowest known fork. */
  async proofOf(author: Uint8Array): Promise<Uint8Array | undefined> {
    const proof = await this.#forks.proofOf(author)
    return proof === undefined ? undefined : writeProof(proof)
  }

  /** The header that set the author's base; undefined while the base is 1. */
  async checkpointOf(author: Uint8Array): Promise<SignedHeader | undefined> {
    const stored = await this.#checkpoints.of(author)
    const { base, seq: last } = this.#feeds.get(author)
    if (stored !== undefined || base === 1) return stored
    // It is damaged, and without it nobody can begin the feed: the entry with that header may be there.
    for (let seq = base; seq <= last; seq++) {
      const header = await this.#entries.headerAt(author, seq)
      if (header?.base === base) return header
    }
    return undefined
  }

  /** The author's entries from `from` to `to`, in order; ends early at a missing or damaged one. */
  between(author: Uint8Array, from: number, to: number): AsyncGenerator<Uint8Array> {
    return this.#entries.between(author, from, to)
  }

  /** The author's stored entries after `seq`, with gaps, whatever its window is. */
  storedAfter(author: Uint8Array, seq: number): AsyncGenerator<StoredEntry> {
    return this.#entries.stored(author, seq + 1, Number.MAX_SAFE_INTEGER)
  }

  /** The author's stored entries outside of its window. */
  async *outside(author: Uint8Array): AsyncGenerator<StoredEntry> {
    const { base, fork, end } = this.#feeds.get(author)
    if (base > 1) yield* this.#entries.stored(author, 0, base - 1)
    const last = Math.min(fork || Infinity, end || Infinity)
    if (last < Infinity) yield* this.#entries.stored(author, last, Number.MAX_SAFE_INTEGER)
  }

  /**
   * Hash of the entry before `seq`: `NO_ENTRY` at the start of the window; undefined if it is
   * damaged.
   */
  async #hashBefore(
    { author, seq: last, head, base }: Feed,
    seq: number
  ): Promise<Uint8Array | undefined> {
    if (seq <= base) return undefined
    return last === seq - 1 ? head : (await this.headerAt(author, seq - 1))?.hash.slice()
  }
}
