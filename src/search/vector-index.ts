/**
 * The vectors of what this node knows, as the rest of the node sees them: they follow the logs in the
 * background, a batch at a time and never two, and are looked up with the vector of a question. A
 * provider that fails is asked again after a wait with equal jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); until then, and for
 * what is not embedded yet, search by words answers alone.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { errorOf, HiveError } from '../errors.ts'
import { openRemoteDatabase, SearchError } from './search-thread.ts'
import type { EmbedOptions, Embedder } from './embedder.ts'
import type { SearchSource } from './search-source.ts'
import type { EmbeddedItem } from './search-text.ts'
import type { SearchHit, SearchOrigin, SearchQuery } from './search-query.ts'
import type { AnswerTo, RemoteDatabase, SearchRequest } from './search-thread.ts'

/** The text of an item to embed; undefined for an item that is not embedded. */
export type EmbeddedText = (
  origin: SearchOrigin,
  digest: Uint8Array,
  stored: Uint8Array
) => EmbeddedItem | undefined

export interface VectorIndexInit {
  /** The file of the database. Default: in memory. */
  readonly path?: string
  readonly sources: readonly SearchSource[]
  /** Options of Node.js for the thread: conditions of imports. */
  readonly conditions: readonly string[]
  readonly embedder: Embedder
  readonly textOf: EmbeddedText
  /** Called for each failure of the provider. */
  readonly onError: (error: Error) => void
  /** A damaged file was deleted; all items are embedded again. */
  readonly onRebuild?: () => void
  readonly random?: () => number
}

/** Texts of one request, far below the limits of services (OpenAI: 2,048 texts, 300,000 tokens). */
const BATCH_TEXTS = 64

/** Characters of a text that are embedded; common models read 8,192 tokens. */
const MAX_TEXT = 8_000

/** The most milliseconds for a batch, and for a question. */
const BATCH_TIMEOUT = 60_000
const QUESTION_TIMEOUT = 2_000

/** First and longest wait before the provider is asked again, in milliseconds, with jitter of up to a half. */
const FIRST_WAIT = 500
const LONGEST_WAIT = 60_000

export class VectorIndex {
  readonly #init: VectorIndexInit
  readonly #closed = new AbortController()
  readonly #positions = new Map<SearchOrigin, number>()
  /** Incremented when the positions are reset. */
  #round = 0
  #database: RemoteDatabase | undefined
  #following: Promise<void> | undefined
  #dimensions: number | undefined

  constructor(init: VectorIndexInit) {
    this.#init = init
  }

  /** Embeds new items in the background; returns at once. */
  follow(): void {
    if (this.#closed.signal.aborted) return
    this.#following ??= this.#follow().finally(() => {
      this.#following = undefined
    })
  }

  /**
   * Resolves when all items known at the call are embedded; rejects when the signal aborts first.
   */
  async waitUntilCurrent(signal: AbortSignal): Promise<void> {
    while (
      this.#init.sources.some((source) => this.#positions.get(source.origin) !== source.end())
    ) {
      this.follow()
      // oxlint-disable-next-line no-await-in-loop -- until there is nothing new
      await Promise.race([this.#following, aborted(signal)])
      signal.throwIfAborted()
    }
  }

  /**
   * The nearest items to the question, best first; undefined if the provider returned no vector for
   * it.
   */
  async search(
    {
      text,
      ...query
    }: Pick<SearchQuery, 'includeStale' | 'limit' | 'origins' | 'project' | 'text'>,
    signal?: AbortSignal
  ): Promise<readonly SearchHit[] | undefined> {
    this.follow()
    try {
      const [vector] = await this.#embed([text], QUESTION_TIMEOUT, { signal, urgent: true })
      if (vector === undefined) return undefined
      const { limit, origins, project, includeStale } = query
      return await this.#ask({ type: 'nearest', vector, limit, origins, project, includeStale })
    } catch (error) {
      signal?.throwIfAborted()
      this.#report(error)
      return undefined
    }
  }

  /**
   * Erases the vectors of forgotten facts. The log reports the removals too, but behind texts that may
   * wait for the provider.
   */
  async forget(digests: readonly Uint8Array[]): Promise<void> {
    if (this.#closed.signal.aborted) return
    await this.#ask({ type: 'erase', origin: 'local', digests }).catch((error: unknown) =>
      this.#report(error)
    )
    this.follow()
  }

  /** Stops embedding and closes the database; idempotent. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#following
    await this.#database?.close()
  }

  /** Never rejects. */
  async #follow(): Promise<void> {
    const { signal } = this.#closed
    const { random = Math.random } = this.#init
    for (let failures = 0; !signal.aborted;) {
      try {
        const round = this.#round
        for (const source of this.#init.sources) await this.#followSource(source)
        if (round === this.#round) return
      } catch (error) {
        if (signal.aborted) return
        this.#report(error)
        const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures)
        failures += 1
        await delay((longest * (1 + random())) / 2, undefined, { signal, ref: false }).catch(
          () => undefined
        )
      }
    }
  }

  async #followSource(source: SearchSource): Promise<void> {
    const { origin } = source
    const known = this.#positions.get(origin)
    if (known === source.end()) return
    const round = this.#round
    /** The position of the database; if the log was restarted, the position is beyond its end. */
    let cursor = known ?? (await this.#ask({ type: 'cursor', origin }))
    let position = cursor > source.end() ? 0 : cursor
    for await (const { digests, next } of source.log(position)) {
      for (let i = 0; i < digests.length; i += BATCH_TEXTS) {
        if (round !== this.#round) return
        const batch = digests.slice(i, i + BATCH_TEXTS)
        const reached = i + BATCH_TEXTS >= digests.length ? next : position
        await this.#embedItems(source, batch, { from: cursor, to: reached })
        cursor = reached
      }
      position = next
      if (round === this.#round) this.#positions.set(origin, next)
    }
    // The positions were reset meanwhile: the next run starts from the beginning.
    if (round === this.#round) this.#positions.set(origin, position)
  }

  async #embedItems(
    source: SearchSource,
    digests: readonly Uint8Array[],
    { from, to }: { readonly from: number; readonly to: number }
  ): Promise<void> {
    const { embedder, textOf } = this.#init
    const { origin } = source
    const stored = await source.read(digests)
    const embedded = digests.map((digest, i) => {
      const bytes = stored[i]
      const item = bytes === undefined ? undefined : textOf(origin, digest, bytes)
      return item?.isPrivate === true && embedder.private !== true ? undefined : item
    })
    const texts = embedded.map((item) => item?.text.slice(0, MAX_TEXT))
    const vectors = await this.#embedAll(texts.filter((text) => text !== undefined))
    const next = vectors.values()
    const items = digests.map((digest, i) => ({
      digest,
      vector: texts[i] === undefined ? undefined : next.next().value,
      marks: embedded[i]?.marks
    }))
    await this.#ask({ type: 'vectors', origin, items, from, position: to })
  }

  /** Halves a refused batch until single texts are refused; these get no vector. */
  async #embedAll(texts: readonly string[]): Promise<readonly (Float32Array | undefined)[]> {
    if (texts.length === 0) return []
    try {
      return await this.#embed(texts, BATCH_TIMEOUT)
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (texts.length === 1) {
        this.#report(error)
        return [undefined]
      }
      const half = Math.ceil(texts.length / 2)
      const first = await this.#embedAll(texts.slice(0, half))
      return [...first, ...(await this.#embedAll(texts.slice(half)))]
    }
  }

  /** The first answer since the start shows how many dimensions the model has. */
  async #embed(
    texts: readonly string[],
    timeout: number,
    { signal, urgent }: EmbedOptions = {}
  ): Promise<readonly Float32Array[]> {
    const signals = [this.#closed.signal, AbortSignal.timeout(timeout)]
    if (signal !== undefined) signals.push(signal)
    const both = AbortSignal.any(signals)
    const vectors = await Promise.race([
      this.#init.embedder.embed(texts, { signal: both, urgent }),
      aborted(both)
    ])
    const dimensions = this.#dimensions ?? vectors[0]?.length ?? 0
    const isWhole =
      dimensions > 0 &&
      vectors.length === texts.length &&
      vectors.every((vector) => vector.length === dimensions && vector.every(Number.isFinite))
    if (!isWhole) {
      throw new HiveError(
        'EMBEDDING_FAILED',
        `The embedder did not return ${texts.length} vectors of ${dimensions} finite numbers. Check "embeddings" in the options of createHive.`
      )
    }
    if (this.#dimensions === undefined) {
      const previous = await this.#ask({ type: 'dimensions', dimensions })
      if (previous !== dimensions) this.#forgetPositions()
      this.#dimensions = dimensions
      // Pending batches started before the old vectors were deleted.
      if (previous !== 0 && previous !== dimensions) {
        throw new HiveError(
          'EMBEDDING_FAILED',
          `The embedding model changed from ${previous} to ${dimensions} dimensions. All vectors are computed again.`
        )
      }
    }
    return vectors
  }

  async #ask<Request extends SearchRequest>(request: Request): Promise<AnswerTo<Request>> {
    const { path = ':memory:', conditions, embedder } = this.#init
    const model = `${embedder.model}${embedder.private === true ? '+private' : ''}`
    if (this.#database === undefined) {
      this.#database = openRemoteDatabase(path, conditions, { model })
      this.#database.wasDamaged.then(
        (wasDamaged) => wasDamaged && this.#init.onRebuild?.(),
        // The first request fails too.
        () => undefined
      )
    }
    const database = this.#database
    try {
      return await database.ask(request)
    } catch (error) {
      await this.#recover(database, error)
      throw error
    }
  }

  /** An open file that cannot be written answers on; a damaged one is deleted. */
  async #recover(database: RemoteDatabase, error: unknown): Promise<void> {
    if (this.#database !== database) return
    const failure = error instanceof SearchError ? error.failure : 'ended'
    this.#forgetPositions()
    if (failure === 'unwritable' && database.isOpen) return
    this.#database = undefined
    const discard = failure === 'damaged'
    if (discard) this.#init.onRebuild?.()
    await database.close({ discard }).catch(() => undefined)
  }

  /** A pending batch must not store its old position. */
  #forgetPositions(): void {
    this.#positions.clear()
    this.#round += 1
  }

  #report(error: unknown): void {
    if (this.#closed.signal.aborted) return
    this.#init.onError(errorOf(error))
  }
}

/** The texts, not the model, are at fault: another attempt would fail too. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  return error.code === 'REQUEST_REFUSED' || error.code === 'EMBEDDING_REFUSED'
}

/** Rejects when the signal aborts; an embedder that ignores the signal is no longer awaited. */
function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void =>
    reject(signal.reason instanceof Error ? signal.reason : new Error('Aborted.'))
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  promise.catch(() => undefined)
  return promise
}
