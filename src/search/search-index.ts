/**
 * The search index as the rest of the node sees it: it follows the logs of facts and of hive
 * records, in a thread of its own, and answers queries. What it holds can always be made again: a
 * file that is gone, damaged or of another version is indexed from the start.
 */
import type { LogPart } from '../../crdt/index.ts'
import { packItems } from './packed-items.ts'
import { openRemoteDatabase } from './search-thread.ts'
import type { SearchHit, SearchOrigin, SearchQuery } from './search-query.ts'
import type { RemoteDatabase, SearchAnswer, SearchRequest } from './search-thread.ts'

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

/** Items handed to the thread at once; what reads them must not hold the event loop for long. */
const BATCH_ITEMS = 20_000

type ApplyRequest = Extract<SearchRequest, { readonly type: 'apply' }>

export class SearchIndex {
  readonly #init: SearchIndexInit
  /** How far the worker is with each log. */
  readonly #positions = new Map<SearchOrigin, number>()
  #database: RemoteDatabase | undefined
  #catchingUp: Promise<void> | undefined
  #closing: Promise<void> | undefined

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

  /** Closes the database; idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#catchingUp?.catch(() => undefined)
    await this.#database?.close()
  }

  async #catchUp(): Promise<void> {
    for (const source of this.#init.sources) await this.#follow(source)
  }

  /** A batch is read while the one before it is being indexed. */
  async #follow(source: SearchSource): Promise<void> {
    const { origin } = source
    let position = this.#positions.get(origin)
    if (position === source.end()) return
    position ??= Number(await this.#ask({ type: 'cursor', origin }))
    // A cursor ahead of the log is that of another store: an older copy was restored.
    if (position > source.end()) position = 0
    let digests: Uint8Array[] = []
    let applied: Promise<void> = Promise.resolve()
    const apply = async (more: boolean): Promise<void> => {
      const [batch, reached] = [digests, position ?? 0]
      digests = []
      const packed = packItems(batch, await source.read(batch))
      await applied
      applied = this.#apply({ type: 'apply', origin, packed, position: reached, more })
      // Awaited with the next batch: a failure must not be reported as unhandled meanwhile.
      applied.catch(() => undefined)
    }
    for await (const part of source.log(position)) {
      if (this.#closing !== undefined) break
      digests.push(...part.digests)
      position = part.next
      if (digests.length >= BATCH_ITEMS) await apply(position < source.end())
    }
    if (digests.length > 0 && this.#closing === undefined) await apply(false)
    await applied
    if (this.#closing === undefined) this.#positions.set(origin, position)
  }

  async #apply(request: ApplyRequest): Promise<void> {
    await this.#ask(request, [request.packed.buffer])
    this.#positions.set(request.origin, request.position)
  }

  async #ask(request: SearchRequest, transfer: ArrayBuffer[] = []): Promise<SearchAnswer> {
    const database = (this.#database ??= openRemoteDatabase(this.#init.path ?? ':memory:'))
    try {
      return await database.ask(request, transfer)
    } catch (error) {
      // Opened again, perhaps in another thread, and asked how far it is.
      if (this.#database === database) this.#database = undefined
      this.#positions.clear()
      await database.close().catch(() => undefined)
      throw error
    }
  }
}
