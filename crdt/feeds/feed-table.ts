/**
 * The states of all feeds in memory, 88 bytes each, in rows of large blocks: a million authors as
 * objects would be 600 MB. What is read is a copy, since a row changes in place.
 */
import { HASH_BYTES, KNOWLEDGE_DOC } from '../constants.ts'
import { KeyIndex } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import type { Feed, FeedHead } from './feed.ts'
import type { HeadBytes } from './head-bytes.ts'

export const ROWS_PER_BLOCK = 4096
const ROW_BYTES = 88

const HEAD = 32
const SEQ = 64
const CLOCK = 72
const DOC = 80
const FORMAT = 84
const MARKS = 86

/** Of a row that the database may not have as it is here. */
const AHEAD = 1

/** Of a row that was written since the last snapshot was begun. */
const CHANGED = 2

/** What few feeds have. */
export type Limits = Pick<Feed, 'end' | 'fork' | 'base'>

const NO_LIMITS: Limits = { end: 0, fork: 0, base: 1 }

/** Rows that follow each other, at most a block. */
export interface FeedRows {
  readonly bytes: Uint8Array
  /** Names of documents behind those of the rows before, by their numbers in the rows. */
  readonly docs: readonly string[]
  /** Limits, by the number of the row in `bytes`. */
  readonly limits: readonly (readonly [row: number, limits: Limits])[]
}

/** Whether the feed has said something. */
export function counts({ seq, fork }: Pick<FeedHead, 'seq' | 'fork'>): boolean {
  return seq > 0 || fork > 0
}

export class FeedTable {
  readonly #blocks: Uint8Array[] = []
  readonly #views: DataView[] = []
  /** The same bytes: rows, and keys in them, begin at a word. */
  readonly #words: Uint32Array[] = []
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
  #changed = 0

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

  authorByteOf(row: number, index: number): number {
    return this.#blockOf(row)[(row % ROWS_PER_BLOCK) * ROW_BYTES + index] ?? 0
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
    if ((view.getUint8(at + MARKS) & CHANGED) === 0) this.#changed += 1
    view.setUint8(at + MARKS, AHEAD | CHANGED)
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

  /** Writes the head of a row as `number`, if the feed has said something; returns the entries in its window. */
  writeHead(row: number, heads: HeadBytes, number: number): number | undefined {
    const at = (row % ROWS_PER_BLOCK) * ROW_BYTES
    const seq = this.#viewOf(row).getFloat64(at + SEQ)
    const { fork, base } = this.#limits.get(row) ?? NO_LIMITS
    if (!counts({ seq, fork })) return undefined
    const from = at / Uint32Array.BYTES_PER_ELEMENT
    return heads.copy(number, { words: this.#wordsOf(row), from, seq, fork, base })
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

  /** How many rows were written since the last snapshot was begun. */
  get changed(): number {
    return this.#changed
  }

  /** Rows that the database may not have as they are here. */
  *rowsAhead(): Generator<number> {
    for (let row = 0; row < this.#size; row++) {
      if ((this.#marksOf(row) & AHEAD) !== 0) yield row
    }
  }

  /** The database has the row as it is here, or may not have it. */
  setAhead(row: number, isAhead: boolean): void {
    const marks = this.#marksOf(row)
    this.#setMarks(row, isAhead ? marks | AHEAD : marks & ~AHEAD)
  }

  /** All rows are as the database has them. */
  settle(): void {
    for (let row = 0; row < this.#size; row++) this.#setMarks(row, 0)
    this.#changed = 0
  }

  /**
   * A copy of rows for a snapshot, at most a block, with the names of documents from number `docs` on. They
   * count as changed no longer.
   */
  copy(rows: readonly number[], docs: number): FeedRows {
    const bytes = new Uint8Array(rows.length * ROW_BYTES)
    const limits: [number, Limits][] = []
    for (const [i, row] of rows.entries()) {
      const marks = this.#marksOf(row)
      if ((marks & CHANGED) !== 0) this.#changed -= 1
      this.#setMarks(row, marks & ~CHANGED)
      const at = (row % ROWS_PER_BLOCK) * ROW_BYTES
      bytes.set(this.#blockOf(row).subarray(at, at + ROW_BYTES), i * ROW_BYTES)
      const each = this.#limits.get(row)
      if (each !== undefined) limits.push([i, each])
    }
    return { bytes, docs: this.#docs.slice(docs), limits }
  }

  /** A table of about that size with these rows, whose bytes it keeps where they fill a block. */
  static async of(size: number, blocks: AsyncIterable<FeedRows>): Promise<FeedTable> {
    const table = new FeedTable()
    table.#index.reserve(size)
    let docs = 0
    for await (const rows of blocks) {
      for (const doc of rows.docs) {
        if (table.#docId(doc) !== docs) throw new MalformedError('a document under two numbers')
        docs += 1
      }
      table.#addBlock(rows)
    }
    return table
  }

  #addBlock({ bytes, limits }: FeedRows): void {
    const first = this.#size
    const count = bytes.length / ROW_BYTES
    if (first % ROWS_PER_BLOCK !== 0 || count > ROWS_PER_BLOCK || !Number.isInteger(count)) {
      throw new MalformedError('rows that do not fill blocks')
    }
    const isKept = count === ROWS_PER_BLOCK && bytes.byteOffset === 0
    const block = isKept ? bytes : new Uint8Array(ROWS_PER_BLOCK * ROW_BYTES)
    if (block !== bytes) block.set(bytes)
    const view = this.#keep(block)
    for (let row = 0; row < count; row++) {
      this.#size += 1
      this.#index.add(first + row, block, row * ROW_BYTES)
      const id = view.getUint32(row * ROW_BYTES + DOC)
      if (id >= this.#docs.length) throw new MalformedError('a document without a name')
      if (id >= 2) this.#addWriter(id, first + row)
    }
    for (const [row, each] of limits) this.#limits.set(first + row, each)
  }

  /** The block must begin with its buffer. */
  #keep(block: Uint8Array): DataView {
    const view = new DataView(block.buffer, 0, block.length)
    this.#blocks.push(block)
    this.#views.push(view)
    this.#words.push(new Uint32Array(block.buffer, 0, block.length / Uint32Array.BYTES_PER_ELEMENT))
    return view
  }

  #marksOf(row: number): number {
    return this.#viewOf(row).getUint8((row % ROWS_PER_BLOCK) * ROW_BYTES + MARKS)
  }

  #setMarks(row: number, marks: number): void {
    this.#viewOf(row).setUint8((row % ROWS_PER_BLOCK) * ROW_BYTES + MARKS, marks)
  }

  #append(author: Uint8Array): number {
    const row = this.#size
    if (row % ROWS_PER_BLOCK === 0) {
      this.#keep(new Uint8Array(ROWS_PER_BLOCK * ROW_BYTES))
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
    if (id >= 2) this.#addWriter(id, row)
  }

  #addWriter(id: number, row: number): void {
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

  #wordsOf(row: number): Uint32Array {
    const words = this.#words[Math.floor(row / ROWS_PER_BLOCK)]
    if (words === undefined) throw new RangeError(`no row ${row}`)
    return words
  }

  #viewOf(row: number): DataView {
    const view = this.#views[Math.floor(row / ROWS_PER_BLOCK)]
    if (view === undefined) throw new RangeError(`no row ${row}`)
    return view
  }
}
