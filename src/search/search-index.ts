/**
 * The search index: it follows the logs of facts and of hive records in its own thread, and answers
 * queries. Its file can always be rebuilt: a missing or damaged file, or one of another version, is
 * indexed from the start. While the disk refuses writes, the index answers from what is indexed, and
 * goes on by itself.
 *
 * A search waits for the index 50 ms at most, unless it asks for more. What is not indexed by then
 * is answered from what is, and the newest items are compared directly. Lists wait until they are
 * complete, unless they ask for less.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { StoreError } from '../../crdt/index.ts'
import { errorOf, HiveError } from '../errors.ts'
import { IndexPace } from './index-pace.ts'
import { IndexView } from './index-view.ts'
import { MAX_UNINDEXED, readNewestItems } from './newest-items.ts'
import { packItems } from './packed-items.ts'
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
  /** Milliseconds. */
  readonly maxWait?: number
  /** Fail unless the index is complete. */
  readonly isRequired?: boolean
}

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

/** With more items to index the time would pass in vain. */
const MAX_AWAITED = 4_096

/** Milliseconds after which a wait ends if the rest of it would not be enough. */
const WAIT_SLICE_MS = 20

/** Items sent to the thread at once; reading them must not block the event loop for long. */
const BATCH_ITEMS = 500

/** Milliseconds until an index that cannot be written is tried again. */
const RETRY_MS = 2_000

/** A file that was damaged again within this many milliseconds is not the disk's fault. */
const REBUILD_INTERVAL = 60_000

type ApplyRequest = Extract<SearchRequest, { readonly type: 'apply' }>

export class SearchIndex {
  readonly #init: SearchIndexInit
  /** The position of the worker in each log, and the one that is committed. */
  readonly #positions = new Map<SearchOrigin, number>()
  readonly #committed = new Map<SearchOrigin, number>()
  readonly #pace = new IndexPace()
  #database: RemoteDatabase | undefined
  /** Answers while the thread of the database indexes. */
  #reader: RemoteDatabase | undefined
  /** Without any item: it compares the newest ones while the file cannot be used. */
  #empty: RemoteDatabase | undefined
  #failure: unknown
  #rebuiltAt = -Infinity
  #retry: NodeJS.Timeout | undefined
  #catchingUp: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(init: SearchIndexInit) {
    this.#init = init
  }

  /** Indexes new items of the logs; returns at once if there are none. */
  async catchUp(): Promise<void> {
    // A pending run may have read the logs before the last addition.
    await this.#catchingUp?.catch(() => undefined)
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined
    })
    await this.#catchingUp
  }

  /**
   * Indexes what is new for at most `maxWait` milliseconds, and returns how many items are left; with
   * 0 it only counts them. A question asked meanwhile does not wait for it.
   */
  async finish({ maxWait, signal, onProgress }: FinishOptions): Promise<number> {
    try {
      await this.#readPositions()
    } catch (error) {
      this.#fail(error)
      return this.behind
    }
    if (maxWait === 0 || this.behind === 0) return this.behind
    const ended = this.catchUp().catch(() => undefined)
    const deadline = performance.now() + maxWait
    for (;;) {
      signal?.throwIfAborted()
      const left = deadline - performance.now()
      if (left <= 0 || (await isWithin(ended, Math.min(left, PROGRESS_MS)))) return this.behind
      onProgress?.(this.#lag)
    }
  }

  /** Why the index does not follow its logs; undefined while it does. */
  get failure(): unknown {
    return this.#failure
  }

  /** Items of the logs that are not indexed; those that were changed several times count as often. */
  get behind(): number {
    return this.#init.sources.reduce(
      (sum, source) => sum + source.end() - (this.#committed.get(source.origin) ?? 0),
      0
    )
  }

  /**
   * The index after the wait; by default it is complete then, unless it fails. With `isRequired` it
   * throws instead.
   */
  async view({ maxWait = Infinity, isRequired = false }: WaitOptions = {}): Promise<IndexView> {
    const state = await this.#state(maxWait)
    if (!isRequired || state.isComplete) return new IndexView(state)
    throw requiredError(this.#failure)
  }

  /** `hasFailed`: a question failed, and is asked again. */
  async #state(maxWait: number, hasFailed = false): Promise<IndexState> {
    const isComplete = await this.#isCaughtUp(maxWait)
    // Noted before the first question: what is indexed meanwhile is found twice, and nothing is missed.
    const positions = new Map(this.#committed)
    return {
      isComplete,
      ask: (question) => (isComplete ? this.#ask(question) : this.#askReader(question)),
      readRecent: () => this.#recent(positions),
      afterFailure: () =>
        hasFailed ? Promise.resolve(this.#stateWithoutFile()) : this.#state(maxWait, true)
    }
  }

  #stateWithoutFile(): IndexState {
    return {
      isComplete: false,
      ask: (question) => this.#askEmpty(question),
      readRecent: () => this.#recent(new Map()),
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
    await this.#catchingUp?.catch(() => undefined)
    clearTimeout(this.#retry)
    await this.#reader?.close()
    await this.#database?.close()
    await this.#empty?.close()
  }

  /** Whether all items known now are indexed within the time; false if they cannot be. */
  async #isCaughtUp(maxWait: number): Promise<boolean> {
    const isOpen = this.#init.sources.every(({ origin }) => this.#committed.has(origin))
    try {
      if (!isOpen) await this.#readPositions()
    } catch (error) {
      this.#fail(error)
      return false
    }
    const caughtUp = this.catchUp().then(
      () => true,
      () => false
    )
    if (maxWait === Infinity) return caughtUp
    const isFew = (): boolean => this.behind <= MAX_UNINDEXED
    if (this.behind > MAX_AWAITED || (!isFew() && this.#pace.timeFor(this.behind) > maxWait))
      return false
    let left = maxWait
    while (left > 0 || isFew()) {
      const lag = this.#lag
      const slice = isFew() ? WAIT_SLICE_MS : Math.min(left, WAIT_SLICE_MS)
      if (await isWithin(caughtUp, slice)) return caughtUp
      left -= slice
      // As many again in each slice that is left; while facts stream in there are always more.
      const indexed = lag - this.#lag
      if (!isFew() && this.#lag > (indexed * left) / slice) return false
    }
    return false
  }

  /** Items that the thread was not sent yet. */
  get #lag(): number {
    return this.#init.sources.reduce(
      (sum, source) => sum + source.end() - (this.#positions.get(source.origin) ?? 0),
      0
    )
  }

  /** The newest items behind these positions. */
  #recent(positions: ReadonlyMap<SearchOrigin, number>): Promise<readonly RecentItems[]> {
    return Promise.all(
      this.#init.sources.map((source) => readNewestItems(source, positions.get(source.origin) ?? 0))
    )
  }

  async #readPositions(): Promise<void> {
    for (const { origin } of this.#init.sources) {
      if (this.#committed.has(origin)) continue
      this.#committed.set(origin, await this.#ask({ type: 'cursor', origin }))
    }
  }

  async #catchUp(): Promise<void> {
    try {
      await this.#readPositions()
      for (const source of this.#init.sources) await this.#follow(source)
      this.#failure = undefined
    } catch (error) {
      this.#fail(error)
      throw error
    }
  }

  /** Tries again later, without a question. */
  #fail(error: unknown): void {
    if (this.#closing !== undefined) return
    if (this.#failure === undefined) this.#init.onError?.(error)
    this.#failure = error
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#isCaughtUp(0), RETRY_MS)
    this.#retry.unref()
  }

  /** Reads a batch while the batch before it is being indexed. */
  async #follow(source: SearchSource): Promise<void> {
    const { origin } = source
    const end = source.end()
    let position = this.#positions.get(origin)
    if (position === end) return
    const { now = performance.now.bind(performance) } = this.#init
    const started = now()
    position ??= this.#committed.get(origin) ?? 0
    const first = position
    // A cursor beyond the log belongs to another store: an older copy was restored.
    if (position > end) position = 0
    let digests: Uint8Array[] = []
    let applied: Promise<void> = Promise.resolve()
    const apply = async (more: boolean): Promise<void> => {
      const [batch, reached] = [digests, position ?? 0]
      digests = []
      const packed = packItems(batch, await source.read(batch))
      await applied
      applied = this.#apply({ type: 'apply', origin, packed, position: reached, more })
      // Awaited with the next batch; until then a rejection must not count as unhandled.
      applied.catch(() => undefined)
    }
    for await (const part of source.log(position)) {
      if (this.#closing !== undefined) break
      digests.push(...part.digests)
      position = part.next
      if (digests.length >= BATCH_ITEMS) await apply(position < end)
    }
    if (digests.length > 0 && this.#closing === undefined) await apply(false)
    await applied
    if (this.#closing === undefined) {
      this.#pace.add(position - first, now() - started)
      this.#positions.set(origin, position)
      this.#committed.set(origin, position)
    }
  }

  async #apply(request: ApplyRequest): Promise<void> {
    const committed = await this.#ask(request, [request.packed.buffer])
    this.#positions.set(request.origin, request.position)
    if (committed >= 0) this.#committed.set(request.origin, committed)
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
    this.#positions.clear()
    const failure = error instanceof SearchError ? error.failure : 'ended'
    if (failure === 'unwritable' && database.isOpen) return
    const reader = this.#reader
    this.#database = undefined
    this.#reader = undefined
    this.#committed.clear()
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
  if (failure !== undefined) return errorOf(failure)
  return new HiveError('SEARCH_FAILED', 'The search index is behind. Repeat the call.')
}

/** Whether the promise resolves within `milliseconds`. */
async function isWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const waited = new AbortController()
  try {
    const late = delay(milliseconds, false, { signal: waited.signal })
    late.catch(() => undefined)
    return await Promise.race([promise.then(() => true), late])
  } finally {
    waited.abort()
  }
}

async function rethrow(error: unknown): Promise<never> {
  throw errorOf(error)
}
