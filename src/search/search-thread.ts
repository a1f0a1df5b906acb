/**
 * The threads that own search databases: a process has few of them, each with the databases of many
 * nodes. A thread starts with its first database and ends with its last.
 */
import { Worker } from 'node:worker_threads'
import { HiveError, messageOf } from '../errors.ts'
import type {
  ClaimHit,
  ClaimQuery,
  CurrentQuery,
  GoalName,
  GoalNode,
  GoalQuery,
  ListQuery,
  OfferQuery,
  RecordCount,
  SearchAnswer,
  SearchHit,
  SearchOrigin,
  SearchQuery
} from './search-query.ts'
import type { ProjectionFailure } from './projection-failure.ts'
import type { VectorItem } from './vector-database.ts'

/** Items that are not indexed yet, packed by `packItems`; they are compared too. */
type Recent = readonly { readonly origin: SearchOrigin; readonly packed: Uint8Array }[]

export type SearchRequest =
  | {
      readonly type: 'open'
      readonly path: string
      /** A database of vectors. Default: of words. */
      readonly model?: string
      /** What decides which records are indexed; a database of other rules is built again. */
      readonly rules?: number
      /** A second connection, which answers only. */
      readonly readOnly?: boolean
    }
  | { readonly type: 'cursor'; readonly origin: SearchOrigin }
  | {
      readonly type: 'apply'
      readonly origin: SearchOrigin
      /** Items packed by `packItems`; transferred. */
      readonly packed: Uint8Array<ArrayBuffer>
      readonly position: number
      /** Whether more items follow, which may share a transaction. */
      readonly more: boolean
    }
  | { readonly type: 'search'; readonly query: SearchQuery; readonly recent: Recent }
  | { readonly type: 'list'; readonly query: ListQuery }
  | { readonly type: 'counts' }
  | { readonly type: 'offers'; readonly query: OfferQuery }
  | { readonly type: 'claims'; readonly query: ClaimQuery; readonly recent: Recent }
  | { readonly type: 'current'; readonly query: CurrentQuery; readonly recent: Recent }
  | { readonly type: 'goals'; readonly query: GoalQuery }
  /** The first of the goals that are called so, with its place. */
  | { readonly type: 'goal'; readonly query: GoalName }
  /** The goal and those that it is part of, the nearest first. */
  | { readonly type: 'ancestors'; readonly query: { readonly digest: Uint8Array } }
  | {
      readonly type: 'vectors'
      readonly origin: SearchOrigin
      readonly items: readonly VectorItem[]
      /** The expected cursor; if it differs, all vectors were deleted meanwhile. */
      readonly from: number
      readonly position: number
    }
  /** Vectors of forgotten items; answered with the cursor, which stays. */
  | {
      readonly type: 'erase'
      readonly origin: SearchOrigin
      readonly digests: readonly Uint8Array[]
    }
  | {
      readonly type: 'nearest'
      readonly project?: string | null
      readonly includeStale?: boolean
      readonly vector: Float32Array
      readonly limit: number
      readonly origins: readonly SearchOrigin[]
    }
  /** Answered with the current dimensions; vectors with other dimensions are deleted. */
  | { readonly type: 'dimensions'; readonly dimensions: number }
  /** `discard`: the file is deleted. */
  | { readonly type: 'close'; readonly discard: boolean }

/** What each request is answered with. */
interface Answers {
  /** Whether a damaged file was deleted. */
  readonly open: boolean
  readonly cursor: number
  /** Position in the log up to which items are committed. */
  readonly apply: number
  readonly search: SearchAnswer
  /** Digests. */
  readonly list: readonly Uint8Array[]
  readonly counts: readonly RecordCount[]
  readonly offers: readonly Uint8Array[]
  readonly claims: readonly ClaimHit[]
  readonly current: readonly ClaimHit[]
  readonly goals: readonly GoalNode[]
  readonly goal: GoalNode | undefined
  readonly ancestors: readonly Uint8Array[]
  readonly vectors: number
  readonly erase: number
  readonly nearest: readonly SearchHit[]
  readonly dimensions: number
  readonly close: number
}

export type AnswerTo<Request extends SearchRequest> = Answers[Request['type']]
export type AnyAnswer = Answers[keyof Answers]

export interface ThreadRequest {
  readonly id: number
  readonly database: number
  readonly request: SearchRequest
}

export interface ThreadAnswer {
  readonly id: number
  readonly answer: AnyAnswer
  readonly error?: string
  readonly failure?: ProjectionFailure
}

/** Thrown by requests to a database. */
export class SearchError extends HiveError {
  /** `ended`: the thread ended. */
  readonly failure: ProjectionFailure | 'ended'

  constructor(failure: ProjectionFailure | 'ended', problem: string, cause?: unknown) {
    super('SEARCH_FAILED', `${problem} ${REMEDIES[failure]}`, { cause })
    this.failure = failure
  }
}

const REMEDIES = {
  damaged: 'The node deletes the file and builds it again.',
  refused: 'Repeat the call.',
  unwritable: 'Check the free space of the disk; the index goes on by itself.',
  ended: 'Repeat the call; restart the node if it fails again.'
} as const

/** A database in one of the threads. */
export interface RemoteDatabase {
  /** Which thread it is in. */
  readonly thread: object
  ask<Request extends SearchRequest>(
    request: Request,
    transfer?: ArrayBuffer[]
  ): Promise<AnswerTo<Request>>
  /** Whether the opening has succeeded. */
  readonly isOpen: boolean
  /** Whether a damaged file was deleted at the opening. */
  readonly wasDamaged: Promise<boolean>
  /**
   * Resolves when the database is closed. If it was the last one of its thread, the thread has
   * ended. `discard`: its file is deleted.
   */
  close(options?: { readonly discard?: boolean }): Promise<void>
}

/** A database of vectors of a model, or of words by rules. */
export type DatabaseKind = Pick<
  Extract<SearchRequest, { type: 'open' }>,
  'model' | 'readOnly' | 'rules'
>

/** One thread may index while the other answers. */
const MAX_THREADS = 2

const WORKER = new URL(
  `./search-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url
)

interface Waiting {
  readonly resolve: (answer: AnyAnswer) => void
  readonly reject: (error: Error) => void
}

const threads = new Set<SearchThread>()

/** Opens a database in the thread with the fewest databases. */
export function openRemoteDatabase(
  path: string,
  conditions: readonly string[],
  kind: DatabaseKind = {}
): RemoteDatabase {
  const idle = [...threads].toSorted((a, b) => a.databases - b.databases)[0]
  const isFull = threads.size >= MAX_THREADS || idle?.databases === 0
  const thread = idle !== undefined && isFull ? idle : new SearchThread(conditions)
  threads.add(thread)
  return thread.open(path, kind)
}

/** A second connection to an open database, in another thread than that one. */
export function openReader(
  database: RemoteDatabase,
  path: string,
  conditions: readonly string[],
  kind: DatabaseKind
): RemoteDatabase {
  const other = [...threads].find((thread) => thread !== database.thread)
  const thread = other ?? new SearchThread(conditions)
  threads.add(thread)
  return thread.open(path, { ...kind, readOnly: true })
}

/** Number of running threads. */
export function searchThreads(): number {
  return threads.size
}

class SearchThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #databases = new Set<number>()
  #failure: Error | undefined
  #lastId = 0
  #lastDatabase = 0

  /** `conditions`: options of Node.js, so that sources in a checkout find each other. */
  constructor(conditions: readonly string[]) {
    this.#worker = new Worker(WORKER, {
      // SQLite in Node is stable enough for a projection, so its warning is turned off.
      execArgv: ['--disable-warning=ExperimentalWarning', ...conditions]
    })
    this.#worker.unref()
    this.#worker.on('message', (message: ThreadAnswer) => this.#settle(message))
    this.#worker.once('error', (cause) =>
      this.#fail(new SearchError('ended', `The search thread failed: ${messageOf(cause)}.`, cause))
    )
    this.#worker.once('exit', () =>
      this.#fail(new SearchError('ended', 'The search thread ended.'))
    )
  }

  get databases(): number {
    return this.#databases.size
  }

  open(path: string, kind: DatabaseKind): RemoteDatabase {
    const database = ++this.#lastDatabase
    this.#databases.add(database)
    const opened = this.#ask(database, { type: 'open', path, ...kind })
    let isOpen = false
    const open = (): boolean => (isOpen = true)
    // The first request fails too.
    opened.then(open, () => undefined)
    return {
      thread: this,
      get isOpen() {
        return isOpen
      },
      ask: async (request, transfer) => {
        await opened
        return this.#ask(database, request, transfer)
      },
      wasDamaged: opened,
      close: ({ discard = false } = {}) => this.#close(database, opened, discard)
    }
  }

  async #close(database: number, opened: Promise<unknown>, discard: boolean): Promise<void> {
    if (!this.#databases.has(database)) return
    try {
      await opened
      await this.#ask(database, { type: 'close', discard })
    } finally {
      this.#databases.delete(database)
      if (this.#databases.size === 0) {
        threads.delete(this)
        await this.#worker.terminate()
      }
    }
  }

  #ask<Request extends SearchRequest>(
    database: number,
    request: Request,
    transfer: ArrayBuffer[] = []
  ): Promise<AnswerTo<Request>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const { promise, resolve, reject } = Promise.withResolvers<AnyAnswer>()
    const id = ++this.#lastId
    this.#waiting.set(id, { resolve, reject })
    // A pending request keeps the process alive; an idle thread does not.
    this.#worker.ref()
    const message: ThreadRequest = { id, database, request }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(message, transfer)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the thread answers what is asked
    return promise as Promise<AnswerTo<Request>>
  }

  #settle({ id, answer, error, failure = 'refused' }: ThreadAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (error === undefined) waiting?.resolve(answer)
    else waiting?.reject(new SearchError(failure, `The search index failed: ${error}.`))
  }

  #fail(error: Error): void {
    this.#failure ??= error
    threads.delete(this)
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
