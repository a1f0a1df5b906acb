/**
 * The states of all feeds in memory, 88 bytes each, in rows of large blocks: a million authors as
 * objects would be 600 MB. What is read is a copy, since a row changes in place.
 */
import { HASH_BYTES, KNOWLEDGE_DOC } from '../constants.ts'
import { KeyIndex } from '../bytes/index.ts'
import type { Feed, FeedHead } from './feed.ts'

const ROWS_PER_BLOCK = 4096
const ROW_BYTES = 88

const HEAD = 32
const SEQ = 64
const CLOCK = 72
const DOC = 80
const FORMAT = 84

/** What few feeds have. */
type Limits = Pick<Feed, 'end' | 'fork' | 'base'>

const NO_LIMITS: Limits = { end: 0, fork: 0, base: 1 }

export class FeedTable {
  readonly #blocks: Uint8Array[] = []
  readonly #views: DataView[] = []
  readonly #index = new KeyIndex((row) => this.authorOf(row))
  readonly #limits = new Map<number, Limits>()
  readonly #docs: string[] = ['', KNOWLEDGE_DOC]
  readonly #docIds = new Map<string, number>([
    ['', 0],
    [KNOWLEDGE_DOC, 1]
  ])
  /** Rows of each document but the one of knowledge. */
  readonly #writers = new Map<number, Set<number>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The row of an author; undefined for an unknown one. */
  find(author: Uint8Array): number | undefined {
    return this.#index.find(author)
  }

  /** The author key of a row: not a copy. */
  authorOf(row: number): Uint8Array {
    const at = (row % ROWS_PER_BLOCK) * ROW_BYTES
    return this.#blockOf(row).subarray(at, at + HASH_BYTES)
  }

  read(row: number): Feed {
    const at = (row % ROWS_PER_BLOCK) * ROW_BYTES
    const block = this.#blockOf(row)
    const view = this.#viewOf(row)
    const limits = this.#limits.get(row) ?? NO_LIMITS
    return {
      author: block.slice(at, at + HEAD),
      head: block.slice(at + HEAD, at + SEQ),
      seq: view.getFloat64(at + SEQ),
      clock: view.getFloat64(at + CLOCK),
      format: view.getUint16(at + FORMAT),
      doc: this.#docs[view.getUint32(at + DOC)] ?? '',
      ...limits
    }
  }

  /** Stores the feed in the row of its author, or in a new one; returns the row. */
  write(feed: Feed): number {
    const known = this.find(feed.author)
    const row = known ?? this.#append(feed.author)
    const at = (row % ROWS_PER_BLOCK) * ROW_BYTES
    const view = this.#viewOf(row)
    this.#blockOf(row).set(feed.head, at + HEAD)
    view.setFloat64(at + SEQ, feed.seq)
    view.setFloat64(at + CLOCK, feed.clock)
    view.setUint16(at + FORMAT, feed.format)
    this.#setDoc(row, view, at, feed.doc)
    const { end, fork, base } = feed
    if (end > 0 || fork > 0 || base > 1) this.#limits.set(row, { end, fork, base })
    else this.#limits.delete(row)
    return row
  }

  /** The head of a row, of which `author` and `head` are not copies. */
  headOf(row: number): FeedHead {
    const at = (row % ROWS_PER_BLOCK) * ROW_BYTES
    const block = this.#blockOf(row)
    const { fork, base } = this.#limits.get(row) ?? NO_LIMITS
    return {
      author: block.subarray(at, at + HEAD),
      head: block.subarray(at + HEAD, at + SEQ),
      seq: this.#viewOf(row).getFloat64(at + SEQ),
      fork,
      base
    }
  }

  /** Feeds that write to a document. */
  writersOf(doc: string): Feed[] {
    const id = this.#docIds.get(doc)
    const rows = id === undefined ? [] : (this.#writers.get(id) ?? [])
    return [...rows].map((row) => this.read(row))
  }

  /** Rows of feeds without a document. */
  *rowsWithoutDoc(): Generator<number> {
    for (let row = 0; row < this.#size; row++) {
      if (this.#viewOf(row).getUint32((row % ROWS_PER_BLOCK) * ROW_BYTES + DOC) === 0) yield row
    }
  }

  #append(author: Uint8Array): number {
    const row = this.#size
    if (row % ROWS_PER_BLOCK === 0) {
      const block = new Uint8Array(ROWS_PER_BLOCK * ROW_BYTES)
      this.#blocks.push(block)
      this.#views.push(new DataView(block.buffer))
    }
    this.#blockOf(row).set(author, (row % ROWS_PER_BLOCK) * ROW_BYTES)
    this.#size += 1
    this.#index.add(row)
    return row
  }

  #setDoc(row: number, view: DataView, at: number, doc: string): void {
    const before = view.getUint32(at + DOC)
    const id = this.#docId(doc)
    if (id === before) return
    view.setUint32(at + DOC, id)
    this.#writers.get(before)?.delete(row)
    if (id < 2) return
    const rows = this.#writers.get(id)
    if (rows === undefined) this.#writers.set(id, new Set([row]))
    else rows.add(row)
  }

  #docId(doc: string): number {
    const known = this.#docIds.get(doc)
    if (known !== undefined) return known
    const id = this.#docs.push(doc) - 1
    this.#docIds.set(doc, id)
    return id
  }

  #blockOf(row: number): Uint8Array {
    const block = this.#blocks[Math.floor(row / ROWS_PER_BLOCK)]
    if (block === undefined) throw new RangeError(`no row ${row}`)
    return block
  }

  #viewOf(row: number): DataView {
    const view = this.#views[Math.floor(row / ROWS_PER_BLOCK)]
    if (view === undefined) throw new RangeError(`no row ${row}`)
    return view
  }
}
