/**
 * A copy of a store while it is in use: all keys and values at one moment, in a new LevelDB database.
 * Hard links to the tables would not do: LevelDB goes on writing its log and deletes tables.
 */
import { createHash } from 'node:crypto'
import { messageOf, StoreError } from '../errors.ts'
import { makeDirectory } from '../make-directory.ts'
import { createDatabase, ENCODING, LAST_KEY, openDatabase } from './database.ts'
import type { Hash } from 'node:crypto'
import type { OpenDatabase } from './open-database.ts'

/** Items written at once. */
const BATCH_ITEMS = 1_000

/** What a copy contains. */
export interface StoreCopy {
  /** Keys. */
  readonly items: number
  /** SHA-256 of all keys and values in order, in hexadecimal digits. */
  readonly digest: string
}

/** Options of a copy. */
export interface CopyOptions {
  /** Ends the copy between two batches; the directory is then incomplete. */
  readonly signal?: AbortSignal
  /** Called after each batch. */
  readonly onProgress?: (progress: { readonly items: number }) => void
}

/** Copies an open store into a directory that has no store. */
export async function copyStore(
  open: OpenDatabase,
  directory: string,
  { signal, onProgress }: CopyOptions
): Promise<StoreCopy> {
  const { generation } = open
  // Its iterator is a snapshot of this moment.
  const cursor = open.cursor({})
  const sum = new ItemSum()
  try {
    let items = await cursor.next(BATCH_ITEMS)
    await makeDirectory(directory)
    const copy = createDatabase(directory, true)
    await openDatabase(copy, directory)
    try {
      while (items.length > 0) {
        signal?.throwIfAborted()
        const batch = copy.batch()
        for (const [key, value] of items) {
          batch.put(key, value, ENCODING)
          sum.add(key, value)
        }
        const next = cursor.next(BATCH_ITEMS)
        await batch.write({ sync: false })
        onProgress?.({ items: sum.items })
        items = await next
        // A cursor that was opened again is another snapshot.
        if (open.generation !== generation) throw reopenedError(open.where)
      }
      // A last commit that is fsynced makes all before it durable.
      await copy
        .batch()
        .put(LAST_KEY, LAST_KEY, ENCODING)
        .del(LAST_KEY, ENCODING)
        .write({ sync: true })
    } finally {
      await copy.close()
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw copyError(directory, cause)
  } finally {
    await cursor.close()
  }
  return sum.result()
}

/** Reads all of a store that nobody has open. Throws `StoreError` if a part is unreadable. */
export async function readCopy(directory: string, signal?: AbortSignal): Promise<StoreCopy> {
  const database = createDatabase(directory, false)
  await openDatabase(database, directory)
  const sum = new ItemSum()
  try {
    for await (const [key, value] of database.iterator<Uint8Array, Uint8Array>({ ...ENCODING })) {
      if (sum.items % BATCH_ITEMS === 0) signal?.throwIfAborted()
      sum.add(key, value)
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new StoreError(
      'STORE_READ_FAILED',
      `Cannot read the store in ${directory}: ${messageOf(cause)}`,
      { cause }
    )
  } finally {
    await database.close()
  }
  return sum.result()
}

class ItemSum {
  readonly #hash: Hash = createHash('sha256')
  readonly #lengths = new DataView(new ArrayBuffer(8))
  items = 0

  add(key: Uint8Array, value: Uint8Array): void {
    this.#lengths.setUint32(0, key.length)
    this.#lengths.setUint32(4, value.length)
    this.#hash.update(new Uint8Array(this.#lengths.buffer)).update(key).update(value)
    this.items += 1
  }

  result(): StoreCopy {
    return { items: this.items, digest: this.#hash.digest('hex') }
  }
}

function reopenedError(where: string): StoreError {
  return new StoreError(
    'STORE_READ_FAILED',
    `A write to ${where} failed during the copy. Check the free space and copy again.`
  )
}

function copyError(directory: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(
    'STORE_WRITE_FAILED',
    `Cannot write the copy to ${directory}: ${messageOf(cause)}. Check the free space and try again.`,
    { cause }
  )
}
