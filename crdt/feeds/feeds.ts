/**
 * Feeds: the state of each author's hash chain in this replica, and the tree over the heads that
 * peers see. In memory, about 130 bytes an author; the entries stay on disk.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { NO_ENTRY } from './entry.ts'
import { FeedSnapshot } from './feed-snapshot.ts'
import { counts, FeedTable } from './feed-table.ts'
import { readFeed, writeFeed } from './feed-value.ts'
import { HeadTree } from './head-tree.ts'
import type { Feed, FeedHead } from './feed.ts'
import type { HeadNode, HeadTotals } from './head-tree.ts'
import type { SnapshotBounds } from './feed-snapshot.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** Rows that take 1 ms to add to the tree, and nodes that take 1 ms to compute. */
const ROWS_PER_TURN = 4_096
const NODES_PER_TURN = 64

/** What peers do not see. */
export interface HiddenFeeds {
  /** Authors of whose feeds peers do not see all. */
  authors(): Uint8Array[]
  /** False if peers see all of the feeds of authors whose keys begin with these bytes. */
  mayHide(first: number, second: number): boolean
  /** The head of a feed as peers see it; undefined if they see none of it. */
  publicHead(head: FeedHead): FeedHead | undefined
}

export class Feeds {
  readonly #section: Section
  readonly #hidden: HiddenFeeds
  readonly #snapshot: FeedSnapshot
  #table = new FeedTable()
  #tree = this.#newTree(this.#table)

  constructor(
    store: Pick<Store, 'section' | 'snapshots'>,
    hidden: HiddenFeeds,
    bounds?: SnapshotBounds
  ) {
    this.#section = store.section('feeds')
    this.#hidden = hidden
    this.#snapshot = new FeedSnapshot(store.snapshots, this.#section, bounds)
  }

  async load(): Promise<void> {
    const kept = await this.#snapshot.read()
    const table = kept ?? (await this.#readTable())
    const tree = this.#newTree(table)
    await inTurns(fill(tree, table.size), ROWS_PER_TURN)
    await inTurns(tree.settle(), NODES_PER_TURN)
    this.#table = table
    this.#tree = tree
    this.#snapshot.follow(table, tree, kept !== undefined)
  }

  get(author: Uint8Array): Feed {
    const row = this.#table.find(author)
    return row === undefined ? emptyFeed(author) : this.#table.read(row)
  }

  /** Changes the state at once; the operation makes it durable. */
  set(feed: Feed): Operation {
    const before = this.#table.size
    const row = this.#table.write(feed)
    this.#tree.touch(row, row === before)
    this.#snapshot.changed()
    return this.#section.put(feed.author, writeFeed(feed))
  }

  /** Empties the feed, but keeps `end`, `fork` and `base`. */
  reset(author: Uint8Array, { end, fork, base }: Pick<Feed, 'end' | 'fork' | 'base'>): Operation {
    return this.set({ ...emptyFeed(author), seq: base - 1, end, fork, base })
  }

  /** Feeds that write to the document. */
  writersOf(doc: string): Feed[] {
    return this.#table.writersOf(doc)
  }

  /** Feeds whose entries an older version stored unread. */
  unread(): Feed[] {
    const feeds = Array.from(this.#table.rowsWithoutDoc(), (row) => this.#table.read(row))
    return feeds.filter(({ seq, base }) => seq >= base)
  }

  /** Heads of all feeds with entries, a checkpoint or a proof, by author key. */
  heads(): FeedHead[] {
    return Array.from({ length: this.#table.size }, (_, row) => this.#table.read(row))
      .filter(counts)
      .toSorted((a, b) => Buffer.compare(a.author, b.author))
  }

  /** Must be called when what peers see of the author's feed has changed. */
  touch(author: Uint8Array): void {
    const row = this.#table.find(author)
    if (row !== undefined) this.#tree.touch(row, false)
  }

  /**
   * Equal on two replicas exactly when they store the same entries and void the same authors; see
   * docs/PROTOCOL.md.
   */
  digest(): Uint8Array {
    const heads = new Map<number, FeedHead>()
    for (const author of this.#hidden.authors()) {
      const row = this.#table.find(author)
      const head = row === undefined ? undefined : this.#table.headOf(row)
      if (row !== undefined && head !== undefined && counts(head)) heads.set(row, head)
    }
    return this.#tree.digestWith(heads)
  }

  /** The same of what peers see. */
  publicDigest(): Uint8Array {
    return this.#tree.digest()
  }

  /** How much peers see. */
  totals(): HeadTotals {
    return this.#tree.totals()
  }

  /** A node of the tree over the heads that peers see. */
  nodeAt(prefix: string): HeadNode {
    return this.#tree.nodeAt(prefix)
  }

  async #readTable(): Promise<FeedTable> {
    const table = new FeedTable()
    for await (const [author, value] of this.#section.entries()) {
      table.write(readFeed(author, value))
    }
    table.settle()
    return table
  }

  #newTree(table: FeedTable): HeadTree {
    const headOf = (row: number): FeedHead | undefined => {
      const head = table.headOf(row)
      return counts(head) ? this.#hidden.publicHead(head) : undefined
    }
    return new HeadTree({
      authorByteOf: (row, index) => table.authorByteOf(row, index),
      headOf,
      writeHead: (row, heads, number) => {
        if (!this.#hidden.mayHide(table.authorByteOf(row, 0), table.authorByteOf(row, 1))) {
          return table.writeHead(row, heads, number)
        }
        const head = headOf(row)
        return head === undefined ? undefined : heads.set(number, head)
      }
    })
  }
}

/** Adds the rows to the tree, one by one. */
function* fill(tree: HeadTree, rows: number): Generator<void> {
  for (let row = 0; row < rows; row++) {
    tree.touch(row, true)
    yield
  }
}

/** Runs the steps, with turns of the event loop in between. */
async function inTurns(steps: Iterable<void>, perTurn: number): Promise<void> {
  let count = 0
  for (const _ of steps) {
    count += 1
    if (count % perTurn === 0) await nextTurn()
  }
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
