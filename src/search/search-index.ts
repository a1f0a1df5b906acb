/**
 * The search index as the rest of the node sees it: it follows the logs of facts and of hive
 * records, in a thread of its own, and answers queries. What it holds can always be made again: a
 * file that is gone, damaged or of another version is indexed from the start.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { LogPart } from '../../crdt/index.ts'
import { packItems } from './packed-items.ts'
import type { SearchHit, SearchOrigin, SearchQuery } from './search-database.ts'

export type SearchRequest =
  | { readonly type: 'cursor'; readonly origin: SearchOrigin }
  | {
      readonly type: 'apply'
      readonly origin: SearchOrigin
      /** Items as `packItems` makes them; handed over. */
      readonly packed: Uint8Array<ArrayBuffer>
      readonly position: number
    }
  | { readonly type: 'search'; readonly query: SearchQuery }
  | { readonly type: 'close' }

export type SearchAnswer = number | readonly SearchHit[]

/** What the index follows. */
export interface SearchSource {
  readonly origin: SearchOrigin
  /** Position behind the last digest of the log. */
  end(): number
  /** The log from a position on; less than all of it when it was cut short. */
  log(from: number): AsyncIterable<LogPart>
  /** What is stored under these digests now; undefined for what is gone. */
  read(digests: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>
}

export interface SearchIndexInit {
  /** The database's file; left out: in memory. */
  readonly path?: string
  readonly sources: readonly SearchSource[]
}

/** Items of one transaction: large ones are much cheaper in FTS5. */
const BATCH_ITEMS = 20_000

const WORKER = new URL(
  `./search-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url
)

interface Waiting {
  readonly resolve: (answer: SearchAnswer) => void
  readonly reject: (error: Error) => void
}

export class SearchIndex {
  readonly #init: SearchIndexInit
  readonly #waiting = new Map<number, Waiting>()
  /** How far the worker is with each log. */
  readonly #positions = new Map<SearchOrigin, number>()
  #worker: Worker | undefined
  #catchingUp: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #lastId = 0

  constructor(init: SearchIndexInit) {
    this.#init = init
  }

  /** Indexes what the logs hold and it does not; returns at once when that is nothing. */
  async catchUp(): Promise<void> {
    // A run that is under way may have read the logs before the last addition.
    await this.#catchingUp
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined
    })
    await this.#catchingUp
  }

  /** The best matches among what was added before the call. */
  async search(query: SearchQuery): Promise<readonly SearchHit[]> {
    await this.catchUp()
    const answer = await this.#ask({ type: 'search', query })
    return typeof answer === 'number' ? [] : answer
  }

  /** Ends the thread; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    await this.#catchingUp?.catch(() => undefined)
    await this.#ask({ type: 'close' })
    await worker.terminate()
  }

  async #catchUp(): Promise<void> {
    for (const source of this.#init.sources) {
      let position = this.#positions.get(source.origin)
      if (position === source.end()) continue
      position ??= Number(await this.#ask({ type: 'cursor', origin: source.origin }))
      // A cursor ahead of the log is that of another store: an older copy was restored.
      if (position > source.end()) position = 0
      let digests: Uint8Array[] = []
      const apply = async (): Promise<void> => {
        const packed = packItems(digests, await source.read(digests))
        const [origin, reached] = [source.origin, position ?? 0]
        digests = []
        await this.#ask({ type: 'apply', origin, packed, position: reached }, [packed.buffer])
        this.#positions.set(origin, reached)
      }
      for await (const part of source.log(position)) {
        if (this.#closing !== undefined) return
        digests.push(...part.digests)
        position = part.next
        if (digests.length >= BATCH_ITEMS) await apply()
      }
      if (digests.length > 0) await apply()
      this.#positions.set(source.origin, position)
    }
  }

  #ask(request: SearchRequest, transfer: ArrayBuffer[] = []): Promise<SearchAnswer> {
    const worker = (this.#worker ??= this.#start())
    const { promise, resolve, reject } = Promise.withResolvers<SearchAnswer>()
    const id = ++this.#lastId
    this.#waiting.set(id, { resolve, reject })
    // Waits for it keep the process alive; the thread alone does not.
    worker.ref()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ id, request }, transfer)
    return promise
  }

  #start(): Worker {
    const worker = new Worker(WORKER, {
      workerData: this.#init.path ?? ':memory:',
      // SQLite in Node is stable enough for a projection; its warning is not for our users.
      execArgv: ['--disable-warning=ExperimentalWarning', ...conditions()]
    })
    worker.unref()
    worker.on('message', (message: { id: number; answer: SearchAnswer; error?: string }) => {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (this.#waiting.size === 0) worker.unref()
      if (message.error === undefined) waiting?.resolve(message.answer)
      else waiting?.reject(new Error(`The search index failed: ${message.error}`))
    })
    once(worker, 'error').then(
      ([error]) => this.#fail(error instanceof Error ? error : new Error(String(error))),
      () => undefined
    )
    worker.once('exit', () => this.#fail(new Error('The search index ended.')))
    return worker
  }

  #fail(error: Error): void {
    this.#worker = undefined
    this.#positions.clear()
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** Sources in a checkout import each other under the condition that the process was started with. */
function conditions(): string[] {
  return process.execArgv.filter((argument) => argument.startsWith('--conditions'))
}
