/**
 * Commits of the replica: resident state changes at once and becomes durable in order. After a
 * failed commit it is ahead of the disk; `refresh` reloads it.
 */
import type { Operation, Store } from './section.ts'

export interface CommitsInit {
  readonly store: Pick<Store, 'commit' | 'flush'>
  /** Reloads resident state from disk. */
  reload(): Promise<void>
  /** A commit failed: nothing may continue from its state. */
  onCommitError(): void
}

export class Commits {
  readonly #init: CommitsInit
  /** Set by a failed commit. */
  #isStale = false

  constructor(init: CommitsInit) {
    this.#init = init
  }

  /** Resolves when the operations are on disk. */
  commit(operations: readonly Operation[]): Promise<void> {
    const durable = this.#init.store.commit(operations)
    durable.catch(() => {
      this.#isStale = true
      this.#init.onCommitError()
    })
    return durable
  }

  /** Resolves when every earlier commit has ended. */
  flush(): Promise<void> {
    return this.#init.store.flush()
  }

  /** Reloads the state from disk after a failed commit. */
  async refresh(): Promise<void> {
    if (!this.#isStale) return
    await this.flush()
    await this.#init.reload()
    this.#isStale = false
  }
}
