/** The hash tree over the heads of all feeds, by the keys of their authors. */
import { PrefixTree } from '../bytes/index.ts'
import { HEAD_BYTES, HeadBytes } from './head-bytes.ts'
import type { FeedHead } from './feed.ts'

export { LEAF_ITEMS as LEAF_HEADS, MAX_PREFIX_DIGITS } from '../bytes/index.ts'

/** A node as peers compare it. */
export type HeadNode =
  | { readonly type: 'leaf'; readonly heads: readonly FeedHead[] }
  /** Digests of the children, by digit; zeros where there is none. */
  | { readonly type: 'inner'; readonly children: readonly Uint8Array[] }

/** How much a tree holds. */
export interface HeadTotals {
  readonly authors: number
  /** Entries in the windows of all feeds. */
  readonly entries: number
}

/** The rows that a tree is built over. */
export interface HeadRows {
  /** A byte of the author key of a row. */
  authorByteOf(row: number, index: number): number
  /** The head of a feed, not a copy; undefined if the feed does not count. */
  headOf(row: number): FeedHead | undefined
  /** Writes it as `number`; returns the entries in the window of the feed. */
  writeHead(row: number, heads: HeadBytes, number: number): number | undefined
}

export class HeadTree {
  readonly #tree: PrefixTree<FeedHead>
  /** What the heads of rows are written into. */
  #written = new HeadBytes(0)

  constructor(source: HeadRows) {
    this.#tree = new PrefixTree({
      keyByteOf: (row, index) => source.authorByteOf(row, index),
      itemOf: (row) => source.headOf(row),
      keyOfItem: ({ author }) => author,
      hashed,
      hashedRows: (rows) => this.#hashedRows(source, rows)
    })
  }

  /** Adds a row, or notes that its head has changed. */
  touch(row: number, isNew: boolean): void {
    this.#tree.touch(row, isNew)
  }

  /** All rows, each once, in groups of neighbours. Rows may be added meanwhile. */
  buckets(): Generator<readonly number[]> {
    return this.#tree.buckets()
  }

  /** Computes the digests of all nodes, one by one. */
  settle(): Generator<void> {
    return this.#tree.settle()
  }

  /** The digest of all heads. */
  digest(): Uint8Array {
    return this.#tree.digest()
  }

  /** The digest that all heads would have with other ones in these rows. */
  digestWith(heads: ReadonlyMap<number, FeedHead>): Uint8Array {
    return this.#tree.digestWith(heads)
  }

  totals(): HeadTotals {
    const { items, weight } = this.#tree.totals()
    return { authors: items, entries: weight }
  }

  /** The node of a prefix, with heads as they are until the next change. */
  nodeAt(prefix: string): HeadNode {
    const node = this.#tree.nodeAt(prefix)
    return node.type === 'inner' ? node : { type: 'leaf', heads: node.items }
  }

  #hashedRows(
    source: HeadRows,
    rows: readonly number[]
  ): { bytes: Uint8Array; items: number; weight: number } {
    if (rows.length * HEAD_BYTES > this.#written.bytes.length) {
      this.#written = new HeadBytes(rows.length)
    }
    let items = 0
    let weight = 0
    for (const row of rows) {
      const entries = source.writeHead(row, this.#written, items)
      if (entries === undefined) continue
      items += 1
      weight += entries
    }
    return { bytes: this.#written.bytes.subarray(0, items * HEAD_BYTES), items, weight }
  }
}

/** Heads weigh as many entries as their feeds have. */
function hashed(heads: readonly FeedHead[]): { bytes: Uint8Array; weight: number } {
  const written = new HeadBytes(heads.length)
  let weight = 0
  for (const [i, head] of heads.entries()) weight += written.set(i, head)
  return { bytes: written.bytes, weight }
}
