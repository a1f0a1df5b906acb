/**
 * The search index: it follows the logs of facts and of hive records in its own thread, and answers
 * queries. Its file can always be rebuilt: a missing or damaged file, or one of another version, is
 * indexed from the start.
 */
import type { LogPart } from '../../crdt/index.ts'
import { packItems } from './packed-items.ts'
import { openRemoteDatabase } from './search-thread.ts'
import type { SearchHit, SearchOrigin, SearchQuery } from './search-query.ts'
import type { RemoteDatabase, SearchAnswer, SearchRequest } from './search-thread.ts'

/** A source of the index. */
export interface SearchSource {
  readonly origin: SearchOrigin
  /** Position after the last digest of the log. */
  end(): number
  /** The log from a position; its beginning may have been cut off. */
  log(from: number): AsyncIterable<LogPart>
  /** The bytes stored under these digests now; undefined for removed ones. */
  read(digests: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>
}

export interface SearchIndexInit {
  /** The file of the database. Default: in memory. */
  readonly path?: string
  readonly sources: readonly SearchSource[]
  /** Number of the rules by which sources leave items out; other rules build the index again. */
  readonly rules?: number
  /** Options of Node.js for the thread: conditions of imports. */
  readonly conditions: readonly string[]
}

/** Items sent to the thread at once; reading them must not block the event loop for long. */
const BATCH_ITEMS = 20_000

type ApplyRequest = Extract<SearchRequest, { readonly type: 'apply' }>

export class SearchIndex {
  readonly #init: SearchIndexInit
  /** The position of the worker in each log. */
  readonly #positions = new Map<SearchOrigin, number>()
  #database: RemoteDatabase | undefined
  #catchingUp: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(init: SearchIndexInit) {
    this.#init = init
  }

  /** Indexes new items of the logs; returns at once if there are none. */
  async catchUp(): Promise<void> {
    // A pending run may have read the logs before the last addition.
    await this.#catchingUp
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined
    })
    await this.#catchingUp
  }

  /** The best matches among the items added before the call. */
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

  /** Reads a batch while the batch before it is being indexed. */
  async #follow(source: SearchSource): Promise<void> {
    const { origin } = source
    let position = this.#positions.get(origin)
    if (position === source.end()) return
    position ??= Number(await this.#ask({ type: 'cursor', origin }))
    // A cursor beyond the log belongs to another store: an older copy was restored.
    if (position > source.end()) position = 0
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
    const database = (this.#database ??= openRemoteDatabase(
      this.#init.path ?? ':memory:',
      this.#init.conditions,
      { rules: this.#init.rules }
    ))
    try {
      return await database.ask(request, transfer)
    } catch (error) {
      // The next call opens it again, perhaps in another thread, and asks for its position.
      if (this.#database === database) this.#database = undefined
      this.#positions.clear()
      await database.close().catch(() => undefined)
      throw error
    }
  }
}
