/**
 * The open database of a store. LevelDB refuses all writes after a failed one until it is opened
 * again. Reads go on meanwhile: one that the closing interrupts is repeated.
 */
import { ENCODING, openDatabase, probeSpace } from './database.ts'
import { messageOf, StoreError } from '../errors.ts'
import type { AbstractIterator } from 'abstract-level'
import type { Database, Range } from './database.ts'

type Item = readonly [key: Uint8Array, value: Uint8Array]
type Iterator = AbstractIterator<Database, Uint8Array, Uint8Array>

/** Bytes after which a call into LevelDB stops reading. */
const READ_AHEAD = { highWaterMarkBytes: 256 * 1024 } as const

export interface OpenDatabaseInit {
  readonly database: Database
  /** The directory, or `memory`. */
  readonly where: string
  /** Called when it is closed. */
  readonly release: () => void
  /** Called when a part of it cannot be read. */
  readonly onUnreadable: () => void
  /** Called when it was opened again. */
  readonly onOpened: () => Promise<void> | undefined
}

export class OpenDatabase {
  readonly #database: Database
  readonly #where: string
  readonly #release: () => void
  readonly #onUnreadable: () => void
  readonly #onOpened: OpenDatabaseInit['onOpened']
  #generation = 0
  #reopening: Promise<void> | undefined
  #isClosed = false

  constructor({ database, where, release, onUnreadable, onOpened }: OpenDatabaseInit) {
    this.#database = database
    this.#where = where
    this.#release = release
    this.#onUnreadable = onUnreadable
    this.#onOpened = onOpened
  }

  /** The directory, or `memory`. */
  get where(): string {
    return this.#where
  }

  /** Counts the reopenings: each closes all iterators. */
  get generation(): number {
    return this.#generation
  }

  /** For the only writer, which is also the one that opens it again. */
  get database(): Database {
    return this.#database
  }

  /** Runs a read, again if the database was opened again meanwhile. Throws `StoreError`. */
  async read<T>(run: (database: Database) => Promise<T>): Promise<T> {
    for (;;) {
      if (this.#reopening !== undefined) await this.#reopening.catch(() => undefined)
      const generation = this.#generation
      try {
        return await run(this.#database)
      } catch (cause) {
        if (this.#isClosed) throw closedError(this.#where)
        if (this.#reopening !== undefined || generation !== this.#generation) continue
        // An earlier reopening failed.
        if (this.#database.status === 'closed') await this.#open()
        else {
          this.#onUnreadable()
          throw readError(this.#where, cause)
        }
      }
    }
  }

  cursor(bounds: Range): Cursor {
    return new Cursor(this, bounds)
  }

  /** Opens it again after a failed write. Throws `failure` while there is no space. */
  async reopen(failure: StoreError): Promise<void> {
    if (this.#where !== 'memory') await probeSpace(this.#where, failure)
    await this.#open()
  }

  async close(): Promise<void> {
    await this.#reopening?.catch(() => undefined)
    this.#isClosed = true
    await this.#database.close()
    this.#release()
  }

  #open(): Promise<void> {
    this.#reopening ??= this.#closeAndOpen().finally(() => {
      this.#reopening = undefined
    })
    return this.#reopening
  }

  async #closeAndOpen(): Promise<void> {
    this.#generation += 1
    await this.#database.close()
    await openDatabase(this.#database, this.#where)
    await this.#onOpened()
  }
}

/** Reads keys in order, on from where it was when the database was opened again. */
export class Cursor {
  readonly #open: OpenDatabase
  #bounds: Range
  #iterator: Iterator | undefined
  #generation = 0

  constructor(open: OpenDatabase, bounds: Range) {
    this.#open = open
    this.#bounds = bounds
  }

  /** At most `count` items; none at the end. */
  async next(count: number): Promise<readonly Item[]> {
    const items = await this.#open.read(async (database) => {
      if (this.#generation !== this.#open.generation) this.#iterator = undefined
      this.#generation = this.#open.generation
      const iterator = (this.#iterator ??= database.iterator<Uint8Array, Uint8Array>({
        ...this.#bounds,
        ...READ_AHEAD,
        ...ENCODING
      }))
      return iterator.nextv(count)
    })
    const last = items.at(-1)?.[0]
    if (last !== undefined) this.#continueAfter(last, items.length)
    return items
  }

  /** Continues at a key, if it is further on. */
  seek(key: Uint8Array): void {
    const { gt: _, ...rest } = this.#bounds
    this.#bounds = { ...rest, gte: key }
    try {
      this.#iterator?.seek(key)
    } catch {
      // Closed meanwhile; the next read begins at the key.
      this.#iterator = undefined
    }
  }

  async close(): Promise<void> {
    await this.#iterator?.close()
  }

  #continueAfter(key: Uint8Array, count: number): void {
    const { gt, gte, lt, lte, ...order } = this.#bounds
    const lower = gte === undefined ? { gt } : { gte }
    const upper = lte === undefined ? { lt } : { lte }
    const left = order.limit === undefined ? order : { ...order, limit: order.limit - count }
    // An absent bound must be no key at all: to the database `undefined` is a bound.
    const kept = definedOf(order.reverse === true ? lower : upper)
    this.#bounds = { ...left, ...kept, ...(order.reverse === true ? { lt: key } : { gt: key }) }
  }
}

function definedOf(bounds: Range): Range {
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined))
}

export function closedError(where: string): StoreError {
  return new StoreError('STORE_CLOSED', `The store in ${where} is closed. Open it again.`)
}

function readError(where: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(
    'STORE_READ_FAILED',
    `Cannot read the store in ${where}: ${messageOf(cause)}. It is repaired at the next start, as far as it can be.`,
    {
      cause
    }
  )
}
