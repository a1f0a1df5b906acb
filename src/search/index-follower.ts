/**
 * Follows the logs of the index: reads what is new, sends it to the thread in batches, and knows how
 * far that is committed. What this node itself stores goes before what it received: a batch of the one
 * never waits for more than a batch of the other.
 */
import { IndexPace } from './index-pace.ts'
import { isWithin } from './within.ts'
import { MAX_UNINDEXED } from './newest-items.ts'
import { packItems } from './packed-items.ts'
import type { IndexTurns } from './index-turns.ts'
import type { SearchOrigin } from './search-query.ts'
import type { SearchSource } from './search-source.ts'
import type { AnswerTo, SearchRequest } from './search-thread.ts'

export type CursorRequest = Extract<SearchRequest, { readonly type: 'cursor' }>
export type ApplyRequest = Extract<SearchRequest, { readonly type: 'apply' }>

export interface IndexFollowerInit {
  /** Those of the first ones go before the others. */
  readonly sources: readonly SearchSource[]
  readonly turns: IndexTurns
  /** Milliseconds. Default: `performance.now`. */
  readonly now?: () => number
  ask<Q extends ApplyRequest | CursorRequest>(
    request: Q,
    transfer?: ArrayBuffer[]
  ): Promise<AnswerTo<Q>>
  readonly onSuccess: () => void
  readonly onFailure: (error: unknown) => void
}

/**
 * Items sent to the thread at once, and about how many bytes: a batch of long texts would keep what
 * comes after it waiting.
 */
const BATCH_ITEMS = 500
const BATCH_BYTES = 2 ** 18
const MIN_BATCH_ITEMS = 16

/** No index takes more items in a millisecond. */
const MAX_PACE = 80

/** Milliseconds that few items are waited for, whatever the question allows. */
const MAX_FEW_WAIT = 1_000

/** Milliseconds after which a wait ends if the rest of it would not be enough, and which waits do. */
const WAIT_SLICE_MS = 20
const MAX_SHORT_WAIT = 500

interface Waiting {
  readonly isReached: () => boolean
  readonly resolve: () => void
}

export class IndexFollower {
  readonly #init: IndexFollowerInit
  /** The position of the thread in each log, and the one that is committed. */
  readonly #positions = new Map<SearchOrigin, number>()
  readonly #committed = new Map<SearchOrigin, number>()
  readonly #waiting = new Set<Waiting>()
  readonly #pace = new IndexPace()
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(init: IndexFollowerInit) {
    this.#init = init
  }

  /** Whether new items are being indexed now. */
  get isBusy(): boolean {
    return this.#running !== undefined
  }

  /** Items of these logs that are not committed; those that were changed several times count as often. */
  behind(origins?: readonly SearchOrigin[]): number {
    return this.#sumOf(this.#committed, origins)
  }

  /** Items that the thread was not sent yet. */
  lag(origins?: readonly SearchOrigin[]): number {
    return this.#sumOf(this.#positions, origins)
  }

  /** What is committed of each log. */
  committed(): ReadonlyMap<SearchOrigin, number> {
    return new Map(this.#committed)
  }

  /** After a failed write: items are sent again from the last committed ones on. */
  sendAgain(): void {
    this.#positions.clear()
  }

  /** Before another file: its cursors are read again. */
  forget(): void {
    this.#positions.clear()
    this.#committed.clear()
  }

  /** Resolves when nothing is indexed any longer. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running?.catch(() => undefined)
  }

  /** Indexes new items of the logs; returns at once if there are none. */
  async run(): Promise<void> {
    // A pending run may have read the logs before the last addition.
    await this.#running?.catch(() => undefined)
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  /** Reads the cursors of a file that was just opened. */
  async open(): Promise<void> {
    for (const source of this.#init.sources) {
      const { origin } = source
      if (this.#committed.has(origin)) continue
      const cursor = await this.#init.ask({ type: 'cursor', origin })
      // A cursor beyond the log belongs to another store: an older copy was restored.
      this.#committed.set(origin, cursor > source.end() ? 0 : cursor)
    }
  }

  /** Whether all items of the logs known now are indexed within the time; false if they cannot be. */
  async reaches(maxWait: number, origins?: readonly SearchOrigin[]): Promise<boolean> {
    try {
      await this.open()
    } catch (error) {
      this.#init.onFailure(error)
      return false
    }
    const reached = this.#reached(origins)
    if (maxWait === Infinity) return reached
    const isFew = (): boolean => this.behind(origins) <= MAX_UNINDEXED
    const lacking = this.behind(origins)
    const isHopeless = lacking > MAX_PACE * maxWait || this.#pace.timeFor(lacking) > maxWait
    if (isHopeless && !isFew()) return false
    let left = maxWait
    let waited = 0
    while (left > 0 || (isFew() && waited < MAX_FEW_WAIT)) {
      const lag = this.lag(origins)
      const slice = isFew() ? WAIT_SLICE_MS : Math.min(left, WAIT_SLICE_MS)
      if (await isWithin(reached, slice)) return reached
      left -= slice
      waited += slice
      if (isFew() || maxWait > MAX_SHORT_WAIT) continue
      // As many again in each slice that is left; while facts stream in there are always more.
      const indexed = lag - this.lag(origins)
      if (this.lag(origins) > (indexed * left) / slice) return false
    }
    return false
  }

  /** Whether the items known now are indexed in the end; false if they cannot be. */
  #reached(origins?: readonly SearchOrigin[]): Promise<boolean> {
    const ends = this.#sources(origins).map((source) => [source.origin, source.end()] as const)
    const isReached = (): boolean =>
      ends.every(([origin, end]) => (this.#committed.get(origin) ?? 0) >= end)
    if (isReached()) return Promise.resolve(true)
    const ran = this.run().then(
      () => true,
      () => false
    )
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const waiting = { isReached, resolve: () => resolve(true) }
    this.#waiting.add(waiting)
    return Promise.race([promise, ran]).finally(() => this.#waiting.delete(waiting))
  }

  async #run(): Promise<void> {
    try {
      await this.open()
      for (const source of this.#init.sources) await this.#follow(source)
      this.#init.onSuccess()
    } catch (error) {
      this.#init.onFailure(error)
      throw error
    }
  }

  /** Reads a batch while the batch before it is being indexed. */
  async #follow(source: SearchSource): Promise<void> {
    const { origin } = source
    const end = source.end()
    let position = this.#positions.get(origin)
    if (position === end) return
    const { now = performance.now.bind(performance), turns } = this.#init
    const started = now()
    position ??= this.#committed.get(origin) ?? 0
    // A failed commit has taken the end of the log back.
    if (position > end) position = 0
    const first = position
    let digests: Uint8Array[] = []
    let batchItems = MIN_BATCH_ITEMS
    let applied: Promise<void> = Promise.resolve()
    const apply = async (isLast: boolean): Promise<SearchSource | undefined> => {
      const [batch, reached] = [digests, position ?? 0]
      digests = []
      const packed = packItems(batch, await source.read(batch, () => turns.pass()))
      batchItems = batchItemsFor(packed.length / batch.length)
      await applied
      const other = this.#behindBefore(source)
      const more = !isLast && other === undefined
      applied = this.#apply({ type: 'apply', origin, packed, position: reached, more })
      // Awaited with the next batch; until then a rejection must not count as unhandled.
      applied.catch(() => undefined)
      return other
    }
    for await (const part of source.log(position)) {
      if (this.#isStopped) break
      for (let rest = part.digests; rest.length > 0 && !this.#isStopped;) {
        const taken = rest.slice(0, batchItems - digests.length)
        rest = rest.slice(taken.length)
        digests.push(...taken)
        position = part.next - rest.length
        if (digests.length < batchItems) continue
        const other = await apply(position >= end)
        if (other === undefined) continue
        await applied
        await this.#follow(other)
      }
    }
    if (digests.length > 0 && !this.#isStopped) await apply(true)
    await applied
    if (this.#isStopped) return
    this.#pace.add(position - first, now() - started)
    this.#positions.set(origin, position)
    this.#commit(origin, position)
  }

  /** A source that goes before this one, with items that the thread was not sent yet. */
  #behindBefore(source: SearchSource): SearchSource | undefined {
    const { sources } = this.#init
    const before = sources.slice(0, sources.indexOf(source))
    return before.find(({ origin }) => this.lag([origin]) > 0)
  }

  async #apply(request: ApplyRequest): Promise<void> {
    const committed = await this.#init.ask(request, [request.packed.buffer])
    this.#positions.set(request.origin, request.position)
    if (committed >= 0) this.#commit(request.origin, committed)
  }

  #commit(origin: SearchOrigin, position: number): void {
    this.#committed.set(origin, position)
    for (const { isReached, resolve } of this.#waiting) if (isReached()) resolve()
  }

  #sumOf(positions: ReadonlyMap<SearchOrigin, number>, origins?: readonly SearchOrigin[]): number {
    return this.#sources(origins).reduce((sum, source) => {
      const position = positions.get(source.origin) ?? this.#committed.get(source.origin) ?? 0
      return sum + source.end() - position
    }, 0)
  }

  #sources(origins?: readonly SearchOrigin[]): readonly SearchSource[] {
    const { sources } = this.#init
    return origins === undefined
      ? sources
      : sources.filter(({ origin }) => origins.includes(origin))
  }
}

/** As many items of this size as a batch has. */
function batchItemsFor(bytes: number): number {
  const items = Math.floor(BATCH_BYTES / Math.max(1, bytes))
  return Math.min(BATCH_ITEMS, Math.max(MIN_BATCH_ITEMS, items))
}
