/**
 * The search index: it follows the logs of facts and of hive records in its own thread, and answers
 * queries. Its file can always be rebuilt: a missing or damaged file, or one of another version, is
 * indexed from the start. While the disk refuses writes, the index answers from what is indexed, and
 * goes on by itself.
 *
 * A search waits for the index 50 ms at most, unless it asks for more. What is not indexed by then
 * is answered from what is, and the newest items are compared directly. Lists wait 2 s at most.
 */
import { StoreError } from '../../crdt/index.ts'
import { errorOf, HiveError } from '../errors.ts'
import { IndexFollower } from './index-follower.ts'
import { isWithin } from './within.ts'
import { IndexTurns } from './index-turns.ts'
import { IndexView } from './index-view.ts'
import { readNewestItems } from './newest-items.ts'
import { openReader, openRemoteDatabase, SearchError } from './search-thread.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { IndexState, Question, RecentItems } from './index-view.ts'
import type { SearchOrigin } from './search-query.ts'
import type { SearchSource } from './search-source.ts'
import type { AnswerTo, RemoteDatabase, SearchRequest } from './search-thread.ts'

export interface SearchIndexInit {
  /** The file of the database. Default: in memory. */
  readonly path?: string
  readonly sources: readonly SearchSource[]
  /** Number of the rules by which sources leave items out; other rules build the index again. */
  readonly rules?: number
  /** Options of Node.js for the thread: conditions of imports. */
  readonly conditions: readonly string[]
  /** Milliseconds, for the pace of the index. Default: `performance.now`. */
  readonly now?: () => number
  /** A damaged file was deleted; it is built again. */
  readonly onRebuild?: () => void
  /** The index cannot follow its logs; called once until it can again. */
  readonly onError?: (error: unknown) => void
}

/** How long a question waits for the index. */
export interface WaitOptions {
  /** Milliseconds; default 2,000. */
  readonly maxWait?: number
  /** Fail if the index has failed, and is not complete. */
  readonly isRequired?: boolean
  /** Only these items are waited for and asked for; default all. */
  readonly origins?: readonly SearchOrigin[]
}

type IndexWait = Pick<WaitOptions, 'origins'> & Required<Pick<WaitOptions, 'maxWait'>>

/** How long to index, and whom to tell. */
export interface FinishOptions extends AbortOptions {
  /** Milliseconds. */
  readonly maxWait: number
  /** Called with the number of items that are left. */
  readonly onProgress?: (left: number) => void
}

/** Milliseconds between two reports of progress. */
const PROGRESS_MS = 200

/** Milliseconds that a search waits. */
export const MAX_SEARCH_WAIT = 50

/** Milliseconds that a list waits. */
export const MAX_LIST_WAIT = 2_000

/** Milliseconds until an index that cannot be written is tried again. */
const RETRY_MS = 2_000

/** A file that was damaged again within this many milliseconds is not the disk's fault. */
const REBUILD_INTERVAL = 60_000

export class SearchIndex {
  readonly #init: SearchIndexInit
  readonly #turns = new IndexTurns()
  readonly #follower: IndexFollower
  #database: RemoteDatabase | undefined
  /** Answers while the thread of the database indexes. */
  #reader: RemoteDatabase | undefined
  /** Without any item: it compares the newest ones while the file cannot be used. */
  #empty: RemoteDatabase | undefined
  #failure: unknown
  #rebuiltAt = -Infinity
  #retry: NodeJS.Timeout | undefined
  #closing: Promise<void> | undefined

  constructor(init: SearchIndexInit) {
    this.#init = init
    this.#follower = new IndexFollower({
      sources: init.sources,
      turns: this.#turns,
      now: init.now,
      ask: (request, transfer) => this.#ask(request, transfer),
      onSuccess: () => {
        this.#failure = undefined
      },
      onFailure: (error) => this.#fail(error)
    })
  }

  /**
   * Indexes what is new for at most `maxWait` milliseconds, and returns how many items are left; with
   * 0 it only counts them. A question asked meanwhile does not wait for it.
   */
  async finish({ maxWait, signal, onProgress }: FinishOptions): Promise<number> {
    try {
      await this.#follower.open()
    } catch (error) {
      this.#fail(error)
      return this.behind
    }
    if (maxWait === 0 || this.behind === 0) return this.behind
    const ended = this.#follower.run().catch(() => undefined)
    const deadline = performance.now() + maxWait
    for (;;) {
      signal?.throwIfAborted()
      const left = deadline - performance.now()
      if (left <= 0 || (await isWithin(ended, Math.min(left, PROGRESS_MS)))) return this.behind
      onProgress?.(this.#follower.lag())
    }
  }

  /** Why the index does not follow its logs; undefined while it does. */
  get failure(): unknown {
    return this.#failure
  }

  /** Items of the logs that are not indexed; those that were changed several times count as often. */
  get behind(): number {
    return this.#follower.behind()
  }

  /**
   * The index after the wait; it is complete then if it can be. With `isRequired` it throws if the
   * index has failed.
   */
  async view(options: WaitOptions = {}): Promise<IndexView> {
    const { maxWait = MAX_LIST_WAIT, isRequired = false, origins } = options
    const state = await this.#state({ maxWait, origins })
    if (isRequired && !state.isComplete && this.#failure !== undefined) {
      throw requiredError(this.#failure)
    }
    return new IndexView(state)
  }

  /** `hasFailed`: a question failed, and is asked again. */
  async #state(wait: IndexWait, hasFailed = false): Promise<IndexState> {
    const { maxWait, origins } = wait
    const isComplete = await this.#follower.reaches(maxWait, origins)
    this.#turns.asked()
    // Noted before the first question: what is indexed meanwhile is found twice, and nothing is missed.
    const positions = this.#follower.committed()
    return {
      isComplete,
      ask: (question) => {
        this.#turns.asked()
        // The thread of the database may have a batch before the question.
        const isIdle = isComplete && !this.#follower.isBusy
        return isIdle ? this.#ask(question) : this.#askReader(question)
      },
      readRecent: () => this.#recent(positions, origins),
      afterFailure: () =>
        hasFailed ? Promise.resolve(this.#stateWithoutFile(origins)) : this.#state(wait, true)
    }
  }

  #stateWithoutFile(origins: readonly SearchOrigin[] | undefined): IndexState {
    return {
      isComplete: false,
      ask: (question) => this.#askEmpty(question),
      readRecent: () => this.#recent(new Map(), origins),
      afterFailure: rethrow
    }
  }

  /** Closes the database; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    clearTimeout(this.#retry)
    await this.#follower.stop()
    clearTimeout(this.#retry)
    await this.#reader?.close()
    await this.#database?.close()
    await this.#empty?.close()
  }

  /** The newest items of these logs behind these positions. */
  #recent(
    positions: ReadonlyMap<SearchOrigin, number>,
    origins: readonly SearchOrigin[] | undefined
  ): Promise<readonly RecentItems[]> {
    return Promise.all(
      this.#init.sources
        .filter(({ origin }) => origins?.includes(origin) !== false)
        .map((source) => readNewestItems(source, positions.get(source.origin) ?? 0))
    )
  }

  /** Tries again later, without a question. */
  #fail(error: unknown): void {
    if (this.#closing !== undefined) return
    if (this.#failure === undefined) this.#init.onError?.(error)
    this.#failure = error
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#follower.reaches(0), RETRY_MS)
    this.#retry.unref()
  }

  async #ask<Request extends SearchRequest>(
    request: Request,
    transfer: ArrayBuffer[] = []
  ): Promise<AnswerTo<Request>> {
    const database = this.#open()
    try {
      return await database.ask(request, transfer)
    } catch (error) {
      await this.#recover(database, error)
      throw error
    }
  }

  #open(): RemoteDatabase {
    this.#assertOpen()
    if (this.#database !== undefined) return this.#database
    const { path = ':memory:', conditions, rules } = this.#init
    const database = openRemoteDatabase(path, conditions, { rules })
    this.#database = database
    database.wasDamaged.then(
      (wasDamaged) => wasDamaged && this.#init.onRebuild?.(),
      // The first request fails too.
      () => undefined
    )
    return database
  }

  /**
   * After a failed write, items are sent again from the last committed ones on. After any other
   * failure the next call opens the file again, perhaps in another thread; a damaged one is deleted.
   */
  async #recover(database: RemoteDatabase, error: unknown): Promise<void> {
    if (this.#database !== database) return
    this.#follower.sendAgain()
    const failure = error instanceof SearchError ? error.failure : 'ended'
    if (failure === 'unwritable' && database.isOpen) return
    const reader = this.#reader
    this.#database = undefined
    this.#reader = undefined
    this.#follower.forget()
    const now = performance.now()
    const discard = failure === 'damaged' && now - this.#rebuiltAt > REBUILD_INTERVAL
    if (discard) {
      this.#rebuiltAt = now
      this.#init.onRebuild?.()
    }
    await reader?.close().catch(() => undefined)
    await database.close({ discard }).catch(() => undefined)
  }

  /** A database in memory has no second connection: its thread answers between two batches. */
  async #askReader<Q extends Question>(question: Q): Promise<AnswerTo<Q>> {
    const { path, conditions, rules } = this.#init
    const database = this.#database
    if (path === undefined || database === undefined) return this.#ask(question)
    const reader = (this.#reader ??= openReader(database, path, conditions, { rules }))
    try {
      return await reader.ask(question)
    } catch (error) {
      if (this.#reader === reader) this.#reader = undefined
      await reader.close().catch(() => undefined)
      if (error instanceof SearchError && error.failure === 'damaged') {
        await this.#recover(database, error)
      }
      throw error
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined && this.#database === undefined)
      throw new HiveError('STOPPED', 'The node has stopped. Open it again with createHive.')
  }

  async #askEmpty<Q extends Question>(question: Q): Promise<AnswerTo<Q>> {
    this.#assertOpen()
    this.#empty ??= openRemoteDatabase(':memory:', this.#init.conditions)
    return this.#empty.ask(question)
  }
}

/** A call that writes fails as it would at the store. */
function requiredError(failure: unknown): Error {
  if (failure instanceof SearchError && failure.failure === 'unwritable') {
    return new StoreError('STORE_WRITE_FAILED', failure.message, { cause: failure })
  }
  return errorOf(failure)
}

async function rethrow(error: unknown): Promise<never> {
  throw errorOf(error)
}
