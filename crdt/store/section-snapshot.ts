/**
 * The snapshot of a section: its values in one file, and in the database those that were written since. So
 * a start reads a large section fast, after a clean stop and after a crash.
 *
 * Guaranteed: a key that has no mark has the value of the file, and one that has a mark has its value.
 *
 * - Each write of the section adds a mark to the same batch: the key and the value once more, so that a
 *   start finds them side by side. So both are on disk, or neither.
 * - Marks have the number of the snapshot that they follow. They get the next number before a snapshot
 *   is begun, and count for the snapshot before until the new one is named in the database.
 * - The row that names a snapshot has the name of LevelDB's manifest. LevelDB takes a new manifest each time
 *   it is opened, and each opening by this version writes the row again. So there is no snapshot after
 *   another program had the database open, such as an earlier version, which writes no marks.
 * - The row has the id and the checksum of the file, so a file of another time is refused. The checksum of a
 *   mark covers its key.
 * - What the file has is in tables before the row is written: LevelDB may lose a part of its log, after a
 *   loss of power or with a damaged block, and read the rest.
 * - A stop ends the writing of a file, and the snapshot before stays.
 * - A store that is suspect has no snapshot, nor has one that was just migrated, or whose damaged values,
 *   marks among them, were removed.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { concat, SEAL_BYTES } from '../bytes/index.ts'
import { MalformedError, StoreError, errorOf } from '../errors.ts'
import { manifestIn } from './database.ts'
import { readSnapshot, writeSnapshot } from './snapshot-file.ts'
import type { CommitOptions, Operation, Section, SnapshotContents, Snapshots } from './section.ts'

const SECTION = 'feeds'

/** Keys are a number of 4 bytes and the key that was written; values its value, behind a byte. */
const MARKS = 'changed-feeds'

/** The row in `meta`. */
const KEY = Buffer.from('heads-snapshot')

/** The files, and those that earlier versions wrote. */
const FILE = /^heads(\.\d+)?\.(snapshot|seal)(\.tmp)?$/

const NUMBER_BYTES = 4
/** Only damage of a key leads there. */
const MAX_NUMBER = 2 ** 32 - 1
/** The first byte of a mark. */
const WRITTEN = 1

const DELETED = Uint8Array.of(0)

/** Changes of marks in one commit. */
const BATCH = 5_000

const Row = z.strictObject({
  version: z.literal(1),
  number: z.int().min(1),
  id: z.string(),
  chunks: z.int().min(0),
  sum: z.int().min(0),
  manifest: z.string()
})

/** Which snapshot there is; the manifest is that of the moment at which the row is written. */
type Row = Omit<z.infer<typeof Row>, 'manifest' | 'version'>

type Listener = Parameters<Snapshots['onWritten']>[0]

export interface SectionSnapshotInit {
  readonly directory: string
  /** The manifest of LevelDB before this start opened it. */
  readonly manifest: string | undefined
  readonly section: (name: string) => Section
  /** Writes behind the commits so far, also while the store closes. */
  readonly commit: (operations: readonly Operation[], options: CommitOptions) => Promise<void>
  /** Moves what was written from the log of LevelDB into tables. */
  readonly toTables: () => Promise<void>
  /** Whether the database may have lost or changed something. */
  readonly isSuspect: () => boolean
  readonly closing: AbortSignal
}

export class SectionSnapshot implements Snapshots {
  readonly #init: SectionSnapshotInit
  readonly #meta: Section
  readonly #marks: Section
  readonly #prefix = Buffer.from(`!${SECTION}!`)
  #row: Row | undefined
  /** The row that is being written. */
  #next: Row | undefined
  /** The opening of the database that has the row with its manifest. */
  #renewed: number | undefined
  /** The number of new marks; undefined while nothing is marked. */
  #number: Uint8Array | undefined
  #writing: Promise<void> | undefined
  /** Whether marks may have been removed since the start. */
  #isDropped = false
  #listener: Listener | undefined

  constructor(init: SectionSnapshotInit) {
    this.#init = init
    this.#meta = init.section('meta')
    this.#marks = init.section(MARKS)
  }

  /** Reads which snapshot there is. Must end before anything is committed. */
  async load(): Promise<void> {
    const bytes = await this.#meta.get(KEY)
    if (bytes === undefined) return
    const row = readRow(bytes)
    const { manifest, isSuspect, commit } = this.#init
    if (row === undefined || row.manifest !== manifest || isSuspect()) {
      ignore(commit([this.#meta.del(KEY)], {}))
      return
    }
    this.#row = row
    // A later number is that of marks from a snapshot that was never ended: older ones would be read first.
    this.#number = numberBytes(Math.max(row.number, await this.#lastNumber()))
    // It writes the row with the new manifest. Without it the next start reads the database.
    ignore(commit([], {}))
  }

  /** Whether the key is of the section. */
  follows(key: Uint8Array): boolean {
    return isPrefix(this.#prefix, key)
  }

  /** The mark for the batch of an operation of the section. */
  markOf(operation: Operation): Operation | undefined {
    if (this.#number === undefined) return undefined
    const key = concat(this.#number, operation.key.subarray(this.#prefix.length))
    if (operation.type === 'del') return this.#marks.put(key, DELETED)
    const value = operation.value.slice(SEAL_BYTES - 1)
    value[0] = WRITTEN
    return this.#marks.put(key, value)
  }

  /** The row, where the next batch is the first of this opening of the database, or of a new snapshot. */
  rowFor(opening: number): Operation | undefined {
    const row = this.#isDropped ? undefined : (this.#next ?? this.#row)
    if (row === undefined || this.#renewed === opening) return undefined
    const manifest = manifestIn(this.#init.directory)
    if (manifest === undefined) return undefined
    this.#renewed = opening
    const { number, id, chunks, sum } = row
    const written: z.infer<typeof Row> = { version: 1, number, id, chunks, sum, manifest }
    return this.#meta.put(KEY, Buffer.from(JSON.stringify(written)))
  }

  /** For the commit that removes damaged values: there is no snapshot until the next start. */
  drop(): Operation {
    this.#isDropped = true
    return this.#meta.del(KEY)
  }

  onWritten(listener: Listener): void {
    this.#listener = listener
  }

  /** These operations of the section are on disk. */
  written(operations: readonly Operation[]): void {
    for (const operation of operations) {
      const key = operation.key.subarray(this.#prefix.length)
      this.#listener?.(
        key,
        operation.type === 'put' ? operation.value.subarray(SEAL_BYTES) : undefined
      )
    }
  }

  read(): SnapshotContents | undefined {
    const row = this.#row
    if (row === undefined || this.#isUseless) return undefined
    const chunks = readSnapshot(this.#pathOf(row.number), row)
    return { chunks, changed: this.#changedSince(row.number) }
  }

  write(chunks: () => AsyncIterable<Uint8Array>): Promise<void> {
    const { closing } = this.#init
    if (closing.aborted) return Promise.reject(errorOf(closing.reason))
    if (this.#writing !== undefined) return this.#writing
    const writing = this.#write(chunks).finally(() => {
      this.#writing = undefined
    })
    this.#writing = writing
    return writing
  }

  async idle(): Promise<void> {
    await this.#writing?.catch(() => undefined)
  }

  async #write(chunks: () => AsyncIterable<Uint8Array>): Promise<void> {
    const { closing } = this.#init
    const number = Math.max(this.#row?.number ?? 0, await this.#lastNumber()) + 1
    if (number > MAX_NUMBER) throw damagedError()
    this.#number = numberBytes(number)
    try {
      // A batch that was made before has the number before: it must be on disk when the reading begins.
      await this.#init.commit([], { sync: false })
      await this.#mergeMarks(number)
      if (this.#isUseless) throw damagedError()
      const written = await writeSnapshot(this.#pathOf(number), chunks(), closing)
      closing.throwIfAborted()
      await this.#init.toTables()
      if (this.#isUseless) throw damagedError()
      this.#next = { number, ...written }
      this.#renewed = undefined
      await this.#init.commit([], {})
      this.#row = this.#next
    } catch (error) {
      if (this.#row === undefined) this.#number = undefined
      this.#renewed = undefined
      await rm(this.#pathOf(number), { force: true })
      throw error
    } finally {
      this.#next = undefined
    }
    await this.#removeOthers(number)
  }

  /**
   * Attempts that failed have left marks under numbers of their own. Those since a snapshot become marks of
   * it, and others are removed: so there are at most two for each key, however often the writing fails.
   */
  async #mergeMarks(number: number): Promise<void> {
    const kept = this.#row?.number
    await this.#changeMarks(0, kept ?? number)
    if (kept !== undefined) await this.#changeMarks(kept + 1, number, numberBytes(kept))
  }

  get #isUseless(): boolean {
    return this.#isDropped || this.#init.isSuspect()
  }

  async *#changedSince(
    number: number
  ): AsyncGenerator<readonly [key: Uint8Array, value: Uint8Array | undefined]> {
    for await (const [key, value] of this.#marks.entries({ gte: numberBytes(number) })) {
      yield [key.subarray(NUMBER_BYTES), value[0] === WRITTEN ? value.subarray(1) : undefined]
    }
    // A damaged mark is left out.
    if (this.#init.isSuspect()) throw new MalformedError('a damaged mark')
  }

  /** Where this ends early, the next snapshot removes the rest. */
  async #removeOthers(number: number): Promise<void> {
    const { directory } = this.#init
    for (const name of await readdir(directory)) {
      if (FILE.test(name) && name !== nameOf(number))
        await rm(join(directory, name), { force: true })
    }
    await this.#changeMarks(0, number)
  }

  /** Removes the marks from a number to another, or puts them under a third one. */
  async #changeMarks(from: number, to: number, under?: Uint8Array): Promise<void> {
    const { commit, closing } = this.#init
    let changes: Operation[] = []
    const range = { gte: numberBytes(from), lt: numberBytes(to) }
    for await (const [key, value] of this.#marks.entries(range)) {
      if (closing.aborted) return
      changes.push(this.#marks.del(key))
      if (under !== undefined) {
        changes.push(this.#marks.put(concat(under, key.subarray(NUMBER_BYTES)), value))
      }
      if (changes.length < BATCH) continue
      await commit(changes, { sync: false })
      changes = []
    }
    await commit(changes, { sync: false })
  }

  async #lastNumber(): Promise<number> {
    const last = await this.#marks.lastKey()
    if (last === undefined || last.length < NUMBER_BYTES) return 0
    return new DataView(last.buffer, last.byteOffset).getUint32(0)
  }

  #pathOf(number: number): string {
    return join(this.#init.directory, nameOf(number))
  }
}

function damagedError(): StoreError {
  return new StoreError('STORE_DAMAGED', 'The store is damaged: it has no snapshot.')
}

function readRow(bytes: Uint8Array): z.infer<typeof Row> | undefined {
  try {
    return Row.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    return undefined
  }
}

function nameOf(number: number): string {
  return `heads.${number}.snapshot`
}

function numberBytes(number: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

function isPrefix(prefix: Uint8Array, key: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) if (prefix[i] !== key[i]) return false
  return true
}

function ignore(promise: Promise<unknown>): void {
  promise.catch(() => undefined)
}
