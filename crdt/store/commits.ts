/**
 * The commits of a part of the store that keeps state in memory. That state changes at once and
 * becomes durable in order. After a failed commit it is ahead of the disk: nothing more is committed
 * before `refresh` has read it again. Others may read the state at any time, so that is done at once,
 * and again where it fails.
 */
import { StoreError } from '../errors.ts'
import { Retry } from './retry.ts'
import type { Operation, Store } from './section.ts'

/** What the commits of a part write to, and how its state is read again. */
export interface CommitsInit {
  readonly store: Pick<Store, 'closing' | 'commit' | 'flush'>
  /** Reads the state from disk again. */
  reload(): Promise<void>
  /** A commit failed: nothing may continue from the state. */
  onCommitError?(): void
  /** Runs a task in the turn of those that change the state. */
  runAlone(task: () => Promise<void>): Promise<void>
}

/** Writes operations at once with others; resolves when all are on disk. */
export type Commit = (
  operations: readonly Operation[],
  options: { readonly onFailure: () => void }
) => Promise<void>

/** Commits of state in memory, fenced after a failed one. */
export class Commits {
  readonly #init: CommitsInit
  /** Set by a failed commit. */
  #isStale = false
  /** The state may write while it is being read again. */
  #isReloading = false
  readonly #refreshing: Retry

  constructor(init: CommitsInit) {
    this.#init = init
    const task = (): Promise<void> => init.runAlone(() => this.refresh())
    this.#refreshing = new Retry({ closing: init.store.closing, task })
  }

  /** Resolves when the operations are on disk. `write`: writes them together with others. */
  commit(operations: readonly Operation[], write?: Commit): Promise<void> {
    if (this.#isStale && !this.#isReloading) return Promise.reject(staleError())
    const onFailure = (): void => this.abandon()
    const { store } = this.#init
    const written =
      write === undefined
        ? store.commit(operations, { onFailure })
        : write(operations, { onFailure })
    // `write` may fail before it comes to the store; callers may await it only later.
    written.catch(onFailure)
    return written
  }

  /** What was changed in memory is not written: the state is read again before the next commit. */
  abandon(): void {
    if (this.#isStale) return
    this.#isStale = true
    this.#init.onCommitError?.()
    this.#refreshing.now()
  }

  /** Resolves when every earlier commit has ended. */
  flush(): Promise<void> {
    return this.#init.store.flush()
  }

  /** Reads the state from disk again after a failed commit. */
  async refresh(): Promise<void> {
    if (!this.#isStale) return
    await this.flush()
    this.#isReloading = true
    try {
      await this.#init.reload()
      this.#isStale = false
    } finally {
      this.#isReloading = false
    }
  }
}

function staleError(): StoreError {
  return new StoreError(
    'STORE_WRITE_FAILED',
    'An earlier write failed, and what depends on it is not written. Committed data is not lost. Check the free space and try again.'
  )
}
