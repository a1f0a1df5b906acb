/**
 * The queue of commits of a store. Those that wait share one write of the database and one `fsync`;
 * they land in the order of their calls. If a write fails, the commits behind it fail too, and each
 * later one first opens the database again.
 */
import { ENCODING } from './database.ts'
import { messageOf, StoreError } from '../errors.ts'
import type { OpenDatabase } from './open-database.ts'
import type { CommitOptions, Operation } from './section.ts'
import type { SectionSnapshot } from './section-snapshot.ts'

/** Bounds the memory of one write and the wait of the commits behind it. */
export const MAX_BATCH_OPERATIONS = 20_000

interface PendingCommit {
  readonly sync: boolean
  readonly operations: readonly Operation[]
  readonly onFailure: (() => void) | undefined
  resolve(): void
  reject(error: Error): void
}

export interface CommitQueueInit {
  readonly open: OpenDatabase
  /** What marks the writes of a section; undefined in memory. */
  readonly snapshots: () =>
    | Pick<SectionSnapshot, 'follows' | 'markOf' | 'rowFor' | 'written'>
    | undefined
  /** Called after each write. */
  readonly onWritten: () => void
}

export class CommitQueue {
  readonly #init: CommitQueueInit
  readonly #pending: PendingCommit[] = []
  #writing: Promise<void> | undefined
  #failure: StoreError | undefined

  constructor(init: CommitQueueInit) {
    this.#init = init
  }

  /** Whether the last write failed. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Resolves when the operations have landed. */
  add(
    operations: readonly Operation[],
    { sync = true, onFailure }: CommitOptions = {}
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#pending.push({ operations, sync, onFailure, resolve, reject })
    this.#writing ??= this.#drain()
    return promise
  }

  /** Resolves when every commit so far has ended. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets the commits of that turn share the first fsync.
    await Promise.resolve()
    while (this.#pending.length > 0) {
      const group = this.#nextGroup()
      try {
        await this.#write(group)
        this.#init.onWritten()
        for (const pending of group) pending.resolve()
      } catch (cause) {
        const error = writeError(this.#init.open.where, cause)
        this.#failure = error
        // The commits behind it were made in the belief that this one would land.
        const failed = [...group, ...this.#pending.splice(0)]
        for (const pending of failed) pending.onFailure?.()
        for (const pending of failed) pending.reject(error)
      }
    }
    this.#writing = undefined
  }

  #nextGroup(): PendingCommit[] {
    let size = 0
    let count = 0
    for (const pending of this.#pending) {
      if (count > 0 && size + pending.operations.length > MAX_BATCH_OPERATIONS) break
      size += pending.operations.length
      count += 1
    }
    return this.#pending.splice(0, count)
  }

  /** One batch, an operation at a time: half of what LevelDB's binding takes to read an array of them. */
  async #write(group: readonly PendingCommit[]): Promise<void> {
    const { open } = this.#init
    if (this.#failure !== undefined) await open.reopen(this.#failure)
    this.#failure = undefined
    const snapshots = this.#init.snapshots()
    const batch = open.database.batch()
    const add = (operation: Operation | undefined): void => {
      if (operation?.type === 'put') batch.put(operation.key, operation.value, ENCODING)
      else if (operation !== undefined) batch.del(operation.key, ENCODING)
    }
    const followed: Operation[] = []
    for (const { operations } of group) {
      for (const operation of operations) {
        add(operation)
        if (snapshots?.follows(operation.key) !== true) continue
        followed.push(operation)
        add(snapshots.markOf(operation))
      }
    }
    add(snapshots?.rowFor(open.generation))
    await batch.write({ sync: group.some(({ sync }) => sync) })
    snapshots?.written(followed)
  }
}

export function writeError(where: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(
    'STORE_WRITE_FAILED',
    `Cannot write to the store in ${where}: ${messageOf(cause)}. Committed data is not lost. Check the free space and try again.`,
    { cause }
  )
}
