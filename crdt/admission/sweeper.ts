/**
 * The sweeper removes the values of an author that are outside of its feed's window: from a fork
 * on, or before a new base. The votes leave the standing of their records, records that no author
 * speaks of any longer go, and the entry itself last. A slice is a number of values, not a time, so
 * that a million votes of one author hold up nothing. Which authors are left is on disk: after a
 * crash the next start goes on; values that were removed before change nothing a second time. What
 * fails, on a full disk say, is tried again until the store closes: replicas agree on retractions only
 * once both have removed what these open.
 */
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { toHex } from '../bytes/index.ts'
import { changedBy } from '../records/value.ts'
import { isRead, readEntryValues } from './entry-values.ts'
import type { AdmissionObserver } from './admission-observer.ts'
import type { ReadableEntries } from './entry-values.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { RecordStore } from '../records/record-store.ts'
import type { StandingChange } from '../records/standing-change.ts'
import type { EntryPosition, StandingWriter } from '../records/standing-writer.ts'
import type { PublicRecords } from './public-records.ts'
import type { HiddenRecords } from '../publishing/hidden-records.ts'
import type { DigestLog } from '../store/digest-log.ts'
import type { Drafts } from '../store/drafts.ts'
import type { Operation, Section, Store } from '../store/section.ts'

export interface SweeperInit extends ReadableEntries {
  readonly store: Pick<Store, 'closing' | 'section'>
  /** A closed swarm stores no entry that it cannot read: a later version has read those that it has. */
  readonly isClosed: boolean
  /** Authors that have values outside of their window, by name; the sweeper keeps it. */
  readonly unswept: Map<string, Uint8Array>
  readonly feeds: Pick<FeedStore, 'outside'>
  readonly standings: Pick<StandingWriter, 'remove'>
  readonly recordStore: Pick<RecordStore, 'removals'>
  readonly recordLog: Pick<DigestLog, 'append'>
  readonly drafts: Pick<Drafts, 'discard' | 'take'>
  readonly publicRecords: Pick<PublicRecords, 'hideUnattested' | 'mayBeUnattested'>
  readonly hiddenRecords: Pick<HiddenRecords, 'forget' | 'leave'>
  readonly observer: () => Pick<AdmissionObserver, 'standingsChanged' | 'watchesStandings'>
  /** Runs without concurrent admissions and publications, on durable state. */
  runExclusive<T>(task: () => Promise<T>): Promise<T>
  commit(operations: readonly Operation[]): Promise<void>
}

/** Values that are removed, or looked at, in one turn of the event loop: a few milliseconds. */
const SLICE = 64

/** Milliseconds before what failed is tried again: at first, and at most. */
const FIRST_PAUSE = 1_000
const MAX_PAUSE = 60_000

const EMPTY = new Uint8Array()

export class Sweeper {
  readonly #init: SweeperInit
  readonly #section: Section
  #last: Promise<void> = Promise.resolve()
  /** What must have passed before anything is removed. */
  #before: (() => Promise<void>) | undefined
  /** Milliseconds until what failed is tried again. */
  #pause = FIRST_PAUSE
  #isWaiting = false

  constructor(init: SweeperInit) {
    this.#init = init
    this.#section = init.store.section('unswept')
  }

  /** Reads which authors are left. */
  async load(): Promise<void> {
    const authors: Uint8Array[] = []
    for await (const [author] of this.#section.entries()) authors.push(new Uint8Array(author))
    // At once: their votes must count at no time in between.
    this.#init.unswept.clear()
    for (const author of authors) this.#init.unswept.set(toHex(author), author)
  }

  /** For the commit that narrows the author's window; takes effect at once. */
  mark(author: Uint8Array): Operation {
    this.#init.unswept.set(toHex(author), new Uint8Array(author))
    return this.#section.put(author, EMPTY)
  }

  /** Sweeps the authors that are left, once `before` has passed: records may seem to have no votes until then. */
  start(before: () => Promise<void>): void {
    this.#before = before
    this.#queue(() => this.#begin())
  }

  /** Removes what is outside of the author's window, once the window is on disk. */
  sweep(author: Uint8Array, durable?: Promise<void>): void {
    this.#queue(() => this.#sweep(author), durable)
  }

  /** Resolves when no removal is pending but for what has failed, and is tried again later. */
  async idle(): Promise<void> {
    for (let last; last !== this.#last;) {
      last = this.#last
      await last
    }
  }

  #queue(task: () => Promise<void>, durable?: Promise<void>): void {
    const narrowed = Promise.resolve(durable).then(
      () => true,
      () => false
    )
    this.#last = Promise.all([this.#last, narrowed])
      // A window that is not narrowed leaves nothing to remove.
      .then(([, isNarrowed]) => (isNarrowed && !this.#isWaiting ? task() : undefined))
      .catch(() => {
        void this.#tryAgain()
      })
  }

  /** Queues all that is left, later and later. */
  async #tryAgain(): Promise<void> {
    this.#isWaiting = true
    const { closing } = this.#init.store
    const isOpen = await delay(this.#pause, true, { signal: closing, ref: false }).catch(
      () => false
    )
    this.#isWaiting = false
    if (!isOpen) return
    this.#pause = Math.min(2 * this.#pause, MAX_PAUSE)
    this.#queue(() => this.#begin())
  }

  async #begin(): Promise<void> {
    await this.#before?.()
    this.#before = undefined
    const { publicRecords } = this.#init
    const shown = publicRecords.mayBeUnattested()
    // A run that ended by force may have come no further.
    for (let from = 0; from < shown.length; from += SLICE) {
      const slice = shown.slice(from, from + SLICE)
      await this.#init.runExclusive(() => publicRecords.hideUnattested(slice))
    }
    // Those too that were marked in it.
    for (const author of this.#init.unswept.values()) this.sweep(author)
  }

  async #sweep(author: Uint8Array): Promise<void> {
    if (this.#before !== undefined) return
    try {
      await this.#removeOutside(author)
      this.#pause = FIRST_PAUSE
    } catch (error) {
      // Behind the others, so that one that cannot be read holds up none of them.
      const { unswept } = this.#init
      if (unswept.delete(toHex(author))) unswept.set(toHex(author), author)
      throw error
    }
  }

  async #removeOutside(author: Uint8Array): Promise<void> {
    for await (const entry of this.#init.feeds.outside(author)) {
      // What it says counts. That is removed by the next version that knows what it says.
      if (this.#init.isClosed && !isRead(this.#init, entry.bytes)) return
      const { values, order } = readEntryValues(this.#init, entry.seq, entry.bytes)
      const at = { author, seq: entry.seq, order }
      for (let from = 0; ; from += SLICE) {
        const isLast = from + SLICE >= values.length
        await this.#removeSlice(at, values.slice(from, from + SLICE), isLast ? [entry.removal] : [])
        await nextTurn()
        if (isLast) break
      }
    }
    await this.#init.runExclusive(async () => {
      // A window that was narrowed again meanwhile has another sweep behind this one.
      for await (const _ of this.#init.feeds.outside(author)) return
      await this.#init.commit([this.#section.del(author)])
      this.#init.unswept.delete(toHex(author))
    })
  }

  #removeSlice(
    at: EntryPosition,
    values: Parameters<StandingWriter['remove']>[1],
    last: readonly Operation[]
  ): Promise<void> {
    const { standings, recordStore, recordLog, drafts, hiddenRecords } = this.#init
    return this.#init.runExclusive(async () => {
      const observer = this.#init.observer()
      const changes: StandingChange[] | undefined = observer.watchesStandings ? [] : undefined
      let orphans: readonly Uint8Array[]
      let operations: readonly Operation[]
      try {
        orphans = await standings.remove(at, values, changes)
        operations = await recordStore.removals(orphans)
      } catch (error) {
        drafts.discard()
        throw error
      }
      const draft = drafts.take()
      await this.#init.commit([
        ...draft.operations,
        ...operations,
        ...hiddenRecords.forget(orphans),
        ...hiddenRecords.leave(at, withoutDigests(values, orphans)),
        ...recordLog.append(changedBy(values)),
        ...last
      ])
      draft.landed()
      if (changes !== undefined) observer.standingsChanged(changes)
      await this.#init.publicRecords.hideUnattested(values.map(({ digest }) => digest))
    })
  }
}

/** The records that values are about, but for some. */
function withoutDigests(
  values: Parameters<StandingWriter['remove']>[1],
  some: readonly Uint8Array[]
): Uint8Array[] {
  const names = new Set(some.map(toHex))
  return values.flatMap(({ digest }) => (names.has(toHex(digest)) ? [] : digest))
}
