/** What a store is to the code that reads and writes it. */
import type { AbstractBatchOperation } from 'abstract-level'
import type { CopyOptions, StoreCopy } from './copy-store.ts'
import type { Database, Range } from './database.ts'
import type { FileDamage } from './inventory.ts'
import type { ValuesReport } from './verify-values.ts'
import type { StoreCondition } from './open-directory.ts'

export type { Range } from './database.ts'

/** One put or delete, made by a section and written by `Store.commit`. */
export type Operation = AbstractBatchOperation<Database, Uint8Array, Uint8Array>

/** Reads of a section, and ranges by prefix. */
export interface PrefixReader {
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  /** Values in the order of the keys. */
  getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]>
  /** Keys with the prefix, and their values, in the order of the keys. */
  entries(
    prefix: Uint8Array,
    options?: Pick<Range, 'limit' | 'reverse'>
  ): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
}

/** A named part of the store with keys of its own. Reads see what has been committed. */
export interface Section {
  /** Undefined where the key is missing or its value is damaged. */
  get(key: Uint8Array): Promise<Uint8Array | undefined>
  /** Values in the order of the keys. */
  getMany(keys: Uint8Array[]): Promise<(Uint8Array | undefined)[]>
  /** Whether the key is there, with a value that is not damaged. */
  has(key: Uint8Array): Promise<boolean>
  /** Keys and values in the order of the keys. */
  entries(range?: Range): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
  /** Keys with any of the prefixes, and their values, in the order of the keys. */
  entriesOf(
    prefixes: readonly Uint8Array[]
  ): AsyncIterable<readonly [key: Uint8Array, value: Uint8Array]>
  /**
   * At most `limit` keys whose hexadecimal form begins with `digits`, in order. Keys have at most 32
   * bytes after the digits.
   */
  keysFrom(digits: string, limit: number): Promise<Uint8Array[]>
  /** The last key; its value may be damaged. Undefined if there is none. */
  lastKey(): Promise<Uint8Array | undefined>
  /** The operation for `commit`; nothing is written by itself. */
  put(key: Uint8Array, value: Uint8Array): Operation
  /** The same for a value behind `SEAL_BYTES` free bytes, which spares a copy. */
  putSealable(key: Uint8Array, sealable: Uint8Array): Operation
  /** The operation for `commit`. */
  del(key: Uint8Array): Operation
}

/** How durable a commit is. */
export interface CommitOptions {
  /**
   * False: resolves when the operating system has the operations. They outlive this process, and a
   * loss of power only once a later commit is on disk. Default true.
   */
  readonly sync?: boolean
  /** Called when the operations cannot be written, before anything else learns of it. */
  readonly onFailure?: () => void
}

/** Which tables to read. */
export interface Scrub {
  /** Default: all. */
  readonly tables?: readonly string[]
  readonly signal?: AbortSignal
}

/** The result of reading everything. */
export interface StoreReport extends ValuesReport {
  /** Tables that changed after they were written. */
  readonly files: readonly FileDamage[]
  /** Why the values could not be read to the end. */
  readonly unreadable?: string
}

/** What a snapshot has of a section. */
export interface SnapshotContents {
  /** What was written. Reading throws where the file is damaged. */
  readonly chunks: AsyncIterable<Uint8Array>
  /**
   * Keys that were written since, and their values; undefined for a deleted one. Reading throws where a
   * mark is damaged.
   */
  readonly changed: AsyncIterable<readonly [key: Uint8Array, value: Uint8Array | undefined]>
}

/** The snapshot of the section `feeds`, in a file: reading its values one by one takes long. */
export interface Snapshots {
  /** Undefined if there is none, or if not all keys that were written since are known. */
  read(): SnapshotContents | undefined
  /**
   * Writes a new one. The chunks may have a value that is on disk after the call; keys that are written
   * after it are changed ones. Rejects where it fails, and when the store closes: what was there before
   * stays.
   */
  write(chunks: () => AsyncIterable<Uint8Array>): Promise<void>
  /** Resolves when none is being written. */
  idle(): Promise<void>
  /** Called for each write of the section that is on disk, in order; the value of a deleted key is undefined. */
  onWritten(listener: (key: Uint8Array, value: Uint8Array | undefined) => void): void
}

/** The store of a node: sections, written through one queue of commits. */
export interface Store {
  /** The section of that name; its keys are its own. */
  section(name: string): Section
  /** Resolves when all operations are on disk; rejects, with none of them written, when they cannot be. */
  commit(operations: readonly Operation[], options?: CommitOptions): Promise<void>
  /** Resolves when every commit so far has ended. */
  flush(): Promise<void>
  /**
   * Erases what these operations have deleted from the files, in the background: a database keeps
   * deleted values for a time. Call it after their commit.
   */
  erase(operations: readonly Operation[]): void
  /**
   * Opens a store with files of its own, for copies of small values; undefined in memory, and for
   * copies themselves.
   */
  copies(): Promise<Store | undefined>
  /** Copies what is committed now into a directory without a store. Throws `StoreError`. */
  copyTo(directory: string, options?: CopyOptions): Promise<StoreCopy>
  /** Of a store on disk. */
  readonly snapshots?: Snapshots
  /** Values that were read and found damaged since the store was opened. */
  readonly damaged: number
  /** What was found at the start. */
  readonly condition: StoreCondition
  /** Whether anything was found lost or damaged: then what is missing may have been here. */
  readonly isSuspect: boolean
  /**
   * Reads everything. What is damaged in the tables is repaired when the store is opened again.
   * `onRead`: called with the number of values that are read, again and again.
   */
  verify(signal?: AbortSignal, onRead?: (values: number) => void): Promise<StoreReport>
  /**
   * What was found lost or damaged is mended as far as it can be: the next start trusts the store. Until
   * then each start takes it for suspect.
   */
  trust(): void
  /**
   * Reads all values and removes the damaged ones, which read as absent before too. Returns their
   * number by section. Throws `StoreError` where a table cannot be read.
   */
  discardDamaged(signal?: AbortSignal): Promise<ValuesReport['damaged']>
  /** Tables on disk, in order, for `scrub`. */
  tables(): string[]
  /** Reads tables whole and compares them with their checksums. */
  scrub(options?: Scrub): Promise<readonly FileDamage[]>
  /** Aborts when `close` is called: work in the background ends. */
  readonly closing: AbortSignal
  /** Waits for all commits, then closes the database; idempotent. */
  close(): Promise<void>
}
