/**
 * The table of feeds as a snapshot: a million authors are read in a tenth of the time that their values
 * take. It is written at a clean stop. Rows that have changed are compared with the database first, so that memory
 * which is ahead of the disk, as after a failed commit, is never kept.
 */
import * as encoding from 'lib0/encoding'
import { MAX_DOC_BYTES } from '../constants.ts'
import { equalBytes, readAll, readText, readUint } from '../bytes/index.ts'
import { MalformedError } from '../errors.ts'
import { FeedTable } from './feed-table.ts'
import { writeFeed } from './feed-value.ts'
import type { FeedRows, Limits } from './feed-table.ts'
import type { Decoder } from '../bytes/index.ts'
import type { Section, Snapshots } from '../store/section.ts'

const NAME = 'heads'
const VERSION = 1

/** Fewer are read from the database in 0.1 s. */
const MIN_ROWS = 20_000

/** Where more rows have changed than one of as many, reading all values is faster than finding theirs. */
const SCANNED_SHARE = 16

/** Values that are found together. */
const BATCH = 1_000

export class FeedSnapshot {
  readonly #snapshots: Snapshots | undefined
  readonly #section: Section

  constructor(snapshots: Snapshots | undefined, section: Section) {
    this.#snapshots = snapshots
    this.#section = section
  }

  /** The table as it was at the last clean stop; undefined if it must be read from the database. */
  async read(): Promise<FeedTable | undefined> {
    const chunks = this.#snapshots?.read(NAME)
    if (chunks === undefined) return undefined
    try {
      return await readTable(chunks)
    } catch {
      // Damaged, or unreadable: the database has all of it.
      return undefined
    }
  }

  /** Writes this table at the next clean stop. */
  keep(table: FeedTable, isRead: boolean): void {
    this.#snapshots?.onClose(NAME, async () => {
      if (isRead && table.changed === 0) return 'unchanged'
      if (table.size < MIN_ROWS || !(await this.#isStored(table))) return undefined
      table.settle()
      return chunksOf(table)
    })
  }

  /** Whether the database has the rows that have changed. */
  async #isStored(table: FeedTable): Promise<boolean> {
    let stored = 0
    for await (const [author, value] of this.#changedValues(table)) {
      const row = table.find(author)
      if (row === undefined) return false
      if (!table.isChanged(row)) continue
      if (!equalBytes(writeFeed(table.read(row)), value)) return false
      stored += 1
    }
    return stored === table.changed
  }

  async *#changedValues(
    table: FeedTable
  ): AsyncIterable<readonly [author: Uint8Array, value: Uint8Array]> {
    if (table.changed * SCANNED_SHARE > table.size) {
      yield* this.#section.entries()
      return
    }
    const authors = Array.from(table.changedRows(), (row) => table.authorOf(row))
    for (let from = 0; from < authors.length; from += BATCH) {
      const some = authors.slice(from, from + BATCH)
      const values = await this.#section.getMany(some)
      for (const [i, author] of some.entries()) {
        const value = values[i]
        if (value !== undefined) yield [author, value]
      }
    }
  }
}

/** The names of documents, then the rows. */
function* chunksOf(table: FeedTable): Generator<Uint8Array> {
  yield encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, VERSION)
    encoding.writeVarUint(encoder, table.docs.length)
    for (const doc of table.docs) encoding.writeVarString(encoder, doc)
  })
  for (const { bytes, limits } of table.blocks()) {
    yield bytes
    yield encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, limits.length)
      for (const [row, { end, fork, base }] of limits) {
        for (const number of [row, end, fork, base]) encoding.writeVarUint(encoder, number)
      }
    })
  }
}

async function readTable(chunks: AsyncIterable<Uint8Array>): Promise<FeedTable> {
  const reader = chunks[Symbol.asyncIterator]()
  try {
    const { value: first } = await reader.next()
    if (first === undefined) throw new MalformedError('a snapshot without chunks')
    return await FeedTable.of(readAll(first, readDocs), rowsOf(reader))
  } finally {
    await reader.return?.()
  }
}

async function* rowsOf(reader: AsyncIterator<Uint8Array>): AsyncGenerator<FeedRows> {
  for (;;) {
    const { value: bytes } = await reader.next()
    if (bytes === undefined) return
    const { value: limits } = await reader.next()
    if (limits === undefined) throw new MalformedError('rows without limits')
    yield { bytes, limits: readAll(limits, readLimits) }
  }
}

function readDocs(decoder: Decoder): string[] {
  if (readNumber(decoder) !== VERSION) throw new MalformedError('another version')
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
