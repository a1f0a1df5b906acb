/**
 * The table of feeds as a snapshot: a million authors are read in a tenth of the time that their values
 * take. It is written in the background: after a start that read the database, and where many rows
 * have changed. A row that is ahead of the database, since its commit is on its way or has failed, says so
 * in the file, and a start reads its value.
 */
import * as encoding from 'lib0/encoding'
import { MAX_DOC_BYTES } from '../constants.ts'
import { equalBytes, readAll, readText, readUint } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { FeedTable, ROWS_PER_BLOCK } from './feed-table.ts'
import { readFeed, writeFeed } from './feed-value.ts'
import type { FeedRows, Limits } from './feed-table.ts'
import type { HeadTree } from './head-tree.ts'
import type { Decoder } from '../bytes/index.ts'
import type { Section, Snapshots } from '../store/section.ts'

const VERSION = 2

/** When a snapshot is written. */
export interface SnapshotBounds {
  /** Of a table with as many rows, and after as many changes. */
  readonly minRows: number
  /** Where more than one row of as many has changed. */
  readonly changedShare: number
}

/** Fewer are read from the database in 0.1 s. */
const BOUNDS: SnapshotBounds = { minRows: 20_000, changedShare: 16 }

/** Where more have changed than one of as many, the database is read: it takes as long. */
const READ_SHARE = 3

type Tree = Pick<HeadTree, 'buckets'>

interface Followed {
  readonly table: FeedTable
  readonly tree: Tree
}

export class FeedSnapshot {
  readonly #snapshots: Snapshots | undefined
  readonly #section: Section
  readonly #bounds: SnapshotBounds
  #followed: Followed | undefined
  /** Whether there is a snapshot. */
  #isKept = false
  #writing: Promise<void> | undefined
  #isReading = false
  /** Whether something was written while the table was read: it may lack that. */
  #isUnsure = false
  /** Changes since the last attempt to write. */
  #changes = 0

  constructor(snapshots: Snapshots | undefined, section: Section, bounds = BOUNDS) {
    this.#snapshots = snapshots
    this.#bounds = bounds
    this.#section = section
    snapshots?.onWritten((author, value) => this.#written(author, value))
  }

  /** The table; undefined if it must be read from the database. */
  async read(): Promise<FeedTable | undefined> {
    await this.#writing
    this.#isReading = true
    this.#isUnsure = false
    try {
      return await this.#read()
    } catch {
      // Damaged, or unreadable: the database has all of it.
      return undefined
    }
  }

  /**
   * Writes snapshots of this table from now on; call it after `read`. `isKept`: the table came from a
   * snapshot. The file has the rows in the order of the tree, so that the next start computes the digest
   * in half of the time.
   */
  follow(table: FeedTable, tree: Tree, isKept: boolean): void {
    this.#isReading = false
    this.#followed = this.#isUnsure ? undefined : { table, tree }
    this.#isKept = isKept
    this.#writeIfDue()
  }

  /** A row of the table has changed. */
  changed(): void {
    this.#changes += 1
    if (this.#changes >= this.#bounds.minRows) this.#writeIfDue()
  }

  async #read(): Promise<FeedTable | undefined> {
    const contents = this.#snapshots?.read()
    if (contents === undefined) return undefined
    const table = await readTable(contents.chunks)
    const unsure = Array.from(table.rowsAhead(), (row) => table.authorOf(row).slice())
    const values = await this.#section.getMany(unsure)
    for (const [i, author] of unsure.entries())
      if (!take(table, author, values[i])) return undefined
    let count = 0
    for await (const [author, value] of contents.changed) {
      count += 1
      if (count * READ_SHARE > table.size || !take(table, author, value)) return undefined
    }
    return table
  }

  /** A value is on disk: the row is ahead of it if it has changed since. */
  #written(author: Uint8Array, value: Uint8Array | undefined): void {
    if (this.#isReading) this.#isUnsure = true
    const table = this.#followed?.table
    const row = table?.find(author)
    if (table === undefined || row === undefined) return
    table.setAhead(row, value === undefined || !equalBytes(writeFeed(table.read(row)), value))
  }

  #writeIfDue(): void {
    const [snapshots, followed] = [this.#snapshots, this.#followed]
    if (snapshots === undefined || followed === undefined || this.#writing !== undefined) return
    if (!this.#isReading && this.#isDue(followed.table)) {
      this.#writing = this.#write(snapshots, followed)
    }
  }

  #isDue({ size, changed }: FeedTable): boolean {
    const { minRows, changedShare } = this.#bounds
    if (size < minRows) return false
    return !this.#isKept || (changed >= minRows && changed * changedShare > size)
  }

  /** Never rejects: without it a start takes longer. */
  async #write(snapshots: Snapshots, { table, tree }: Followed): Promise<void> {
    const isWritten = await snapshots
      .write(() => this.#chunksOf(table, tree))
      .then(
        () => true,
        // Tried again after more changes.
        () => false
      )
    if (isWritten) this.#isKept = true
    this.#changes = 0
    this.#writing = undefined
    // Of what has changed meanwhile.
    if (isWritten) this.#writeIfDue()
  }

  /** Rows that are added meanwhile count as changed since, also those that are in it. */
  // oxlint-disable-next-line typescript/require-await -- its reader waits for the disk between chunks
  async *#chunksOf(table: FeedTable, tree: Tree): AsyncGenerator<Uint8Array> {
    yield encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, VERSION)
      encoding.writeVarUint(encoder, table.size)
    })
    let docs = 0
    for (const block of blocksOf(tree.buckets())) {
      const rows = table.copy(block, docs)
      docs += rows.docs.length
      yield rows.bytes
      yield writeRest(rows)
    }
  }
}

/** Groups of `ROWS_PER_BLOCK`, the last one of what is left. */
function* blocksOf(buckets: Iterable<readonly number[]>): Generator<number[]> {
  const rows: number[] = []
  for (const bucket of buckets) {
    rows.push(...bucket)
    if (rows.length < ROWS_PER_BLOCK) continue
    yield rows.splice(0, ROWS_PER_BLOCK)
  }
  yield rows
}

/** Takes what the database has; false where it has nothing, since a table forgets no author. */
function take(table: FeedTable, author: Uint8Array, value: Uint8Array | undefined): boolean {
  if (value !== undefined) table.setAhead(table.write(readFeed(author, value)), false)
  return value !== undefined
}

/** Names of documents, and limits. */
function writeRest({ docs, limits }: FeedRows): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, docs.length)
    for (const doc of docs) encoding.writeVarString(encoder, doc)
    encoding.writeVarUint(encoder, limits.length)
    for (const [row, { end, fork, base }] of limits) {
      for (const number of [row, end, fork, base]) encoding.writeVarUint(encoder, number)
    }
  })
}

async function readTable(chunks: AsyncIterable<Uint8Array>): Promise<FeedTable> {
  const reader = chunks[Symbol.asyncIterator]()
  try {
    const { value: first } = await reader.next()
    if (first === undefined) throw new MalformedError('a snapshot without chunks')
    return await FeedTable.of(readAll(first, readSize), rowsOf(reader))
  } finally {
    await reader.return?.()
  }
}

async function* rowsOf(reader: AsyncIterator<Uint8Array>): AsyncGenerator<FeedRows> {
  for (;;) {
    const { value: bytes } = await reader.next()
    if (bytes === undefined) return
    const { value: rest } = await reader.next()
    if (rest === undefined) throw new MalformedError('rows without limits')
    yield readAll(rest, (decoder) => ({
      bytes,
      docs: readDocs(decoder),
      limits: readLimits(decoder)
    }))
  }
}

function readSize(decoder: Decoder): number {
  if (readNumber(decoder) !== VERSION) throw new MalformedError('a snapshot of another version')
  return readNumber(decoder)
}

function readDocs(decoder: Decoder): string[] {
  const count = readNumber(decoder)
  const docs: string[] = []
  while (docs.length < count) docs.push(readText(decoder, MAX_DOC_BYTES))
  return docs
}

function readLimits(decoder: Decoder): [number, Limits][] {
  const count = readNumber(decoder)
  const limits: [number, Limits][] = []
  while (limits.length < count) {
    const row = readNumber(decoder)
    const [end, fork, base] = [readNumber(decoder), readNumber(decoder), readNumber(decoder)]
    limits.push([row, { end, fork, base }])
  }
  return limits
}

function readNumber(decoder: Decoder): number {
  return readUint(decoder, Number.MAX_SAFE_INTEGER)
}
