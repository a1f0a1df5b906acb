/**
 * A second copy of each own entry that no peer has shown, in the store of copies. No peer can send
 * such an entry back, and its vote counts as cast, so a damaged one would never be published. An
 * entry that comes back from its copy has the same signature: nobody counts it twice.
 *
 * Copies are written behind their commits, in order, without waiting for the disk. The first use of
 * a run completes what an earlier one has left, and what could not be written is completed later.
 */
import { KEY_BYTES } from '../constants.ts'
import { concat, seqBytes, seqOf, toHex } from '../bytes/index.ts'
import { NO_ENTRY, readEntry } from '../feeds/entry.ts'
import { Retry } from '../store/retry.ts'
import { Serial } from '../store/serial.ts'
import type { Entry } from '../feeds/entry.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { HiddenEntries, HiddenFeed } from './hidden-entries.ts'
import type { Operation, Section, Store } from '../store/section.ts'

export interface HiddenCopiesInit {
  readonly store: Pick<Store, 'closing' | 'isSuspect'> & Partial<Pick<Store, 'copies'>>
  readonly hidden: Pick<HiddenEntries, 'authors' | 'publicSeq'>
  readonly feeds: Pick<FeedStore, 'between' | 'feed'>
}

/** Entries of at most 64 KiB that are copied in one commit. */
const BATCH = 64

const SECTION = 'hidden-entries'

const MAX_SEQ = Number.MAX_SAFE_INTEGER

/** Sorts behind all keys of its author. */
const BEHIND = new Uint8Array(8).fill(0xff)

interface Opened {
  readonly store: Store
  readonly section: Section
}

export class HiddenCopies {
  readonly #init: HiddenCopiesInit
  #opened: Promise<Opened | undefined> | undefined
  readonly #work = new Serial()
  readonly #completing: Retry

  constructor(init: HiddenCopiesInit) {
    this.#init = init
    this.#completing = new Retry({
      closing: init.store.closing,
      task: () =>
        this.#work.run(async () => {
          await this.#open()
        })
    })
  }

  /** Copies an entry once it is on disk. */
  add(author: Uint8Array, seq: number, bytes: Uint8Array, durable: Promise<void>): void {
    const key = keyOf(author, seq)
    this.#queue(async () => {
      const isOnDisk = await durable.then(
        () => true,
        () => false
      )
      const opened = isOnDisk ? await this.#open() : undefined
      await opened?.store.commit([opened.section.put(key, bytes)], { sync: false })
    })
  }

  /** Removes the copies of the author's entries up to `seq`: peers have them, or they are replaced. */
  remove(author: Uint8Array, seq: number): void {
    const range = { gte: keyOf(author, 0), lte: keyOf(author, seq) }
    this.#queue(async () => {
      const opened = await this.#open()
      if (opened === undefined) return
      const { store, section } = opened
      const removals: Operation[] = []
      for await (const [key] of section.entries(range)) removals.push(section.del(key))
      await store.commit(removals, { sync: false })
    })
  }

  /** The copy of an entry; undefined if there is none. */
  async get(author: Uint8Array, seq: number): Promise<Uint8Array | undefined> {
    await this.idle()
    const opened = await this.#open()
    return opened?.section.get(keyOf(author, seq))
  }

  /** The first copy after the entry `seq` of the author, if with it the feed begins again. */
  async beginAfter(author: Uint8Array, seq: number): Promise<Entry | undefined> {
    for await (const bytes of this.after(author, seq)) {
      const entry = readEntry(bytes)
      return entry.base === entry.seq ? entry : undefined
    }
    return undefined
  }

  /** The copies of the author's entries after `seq`. Writes nothing. */
  async *after(author: Uint8Array, seq: number): AsyncGenerator<Uint8Array> {
    const store = await this.#init.store.copies?.()
    if (store === undefined) return
    const range = { gte: keyOf(author, seq + 1), lte: keyOf(author, MAX_SEQ) }
    for await (const [, bytes] of store.section(SECTION).entries(range)) yield bytes
  }

  /** The last public entry of each feed with copies, as the first copy has it. */
  async *feeds(): AsyncGenerator<HiddenFeed> {
    const store = await this.#init.store.copies?.()
    if (store === undefined) return
    const section = store.section(SECTION)
    for (const author of await authorsIn(section)) {
      for await (const [, bytes] of section.entries({ gte: keyOf(author, 0), limit: 1 })) {
        const { base, seq, prev } = readEntry(bytes)
        const isPublic = base < seq || this.#has(author, seq - 1)
        yield isPublic
          ? { author, seq: seq - 1, head: prev.slice() }
          : { author, seq: 0, head: NO_ENTRY }
      }
    }
  }

  /** Whether the entry is live; none is behind one with which the feed begins again, once peers have it. */
  #has(author: Uint8Array, at: number): boolean {
    const { base, seq } = this.#init.feeds.feed(author)
    return base <= at && at <= seq
  }

  /** Resolves when what was asked for is done, or has failed and is done later. */
  idle(): Promise<void> {
    return this.#work.run(() => Promise.resolve())
  }

  #queue(task: () => Promise<void>): void {
    this.#work.run(task).catch(() => {
      // A gap would end what comes back.
      this.#opened = undefined
      this.#completing.later()
    })
  }

  async #open(): Promise<Opened | undefined> {
    this.#opened ??= this.#openAndComplete()
    try {
      return await this.#opened
    } catch (error) {
      this.#opened = undefined
      throw error
    }
  }

  async #openAndComplete(): Promise<Opened | undefined> {
    const store = await this.#init.store.copies?.()
    if (store === undefined) return undefined
    const section = store.section(SECTION)
    const opened = { store, section }
    // In a suspect store the copies may be all that is left.
    if (!this.#init.store.isSuspect) await this.#removeShown(opened)
    for (const author of this.#init.hidden.authors()) await this.#complete(author, opened)
    return opened
  }

  /** Copies the hidden entries of the author that have no copy. */
  async #complete(author: Uint8Array, opened: Opened): Promise<void> {
    const { hidden, feeds } = this.#init
    const { base, seq } = feeds.feed(author)
    let next = Math.max(hidden.publicSeq(author) ?? seq, base - 1) + 1
    const all = { gte: keyOf(author, next), lte: keyOf(author, MAX_SEQ) }
    for await (const [key] of opened.section.entries(all)) {
      const copied = seqOf(key.subarray(KEY_BYTES))
      if (copied > next) await this.#copy(author, { from: next, to: copied - 1 }, opened)
      next = copied + 1
    }
    await this.#copy(author, { from: next, to: seq }, opened)
  }

  async #copy(
    author: Uint8Array,
    { from, to }: { readonly from: number; readonly to: number },
    { store, section }: Opened
  ): Promise<void> {
    let next = from
    let batch: Operation[] = []
    for await (const bytes of this.#init.feeds.between(author, from, to)) {
      batch.push(section.put(keyOf(author, next), bytes))
      next += 1
      if (batch.length < BATCH) continue
      await store.commit(batch, { sync: false })
      batch = []
    }
    await store.commit(batch, { sync: false })
  }

  /** Removes what a run that ended by force has left. */
  async #removeShown({ store, section }: Opened): Promise<void> {
    const { hidden, feeds } = this.#init
    for (const author of await authorsIn(section)) {
      const shown = Math.max(hidden.publicSeq(author) ?? MAX_SEQ, feeds.feed(author).base - 1)
      const removals: Operation[] = []
      const range = { gte: keyOf(author, 0), lte: keyOf(author, shown) }
      for await (const [key] of section.entries(range)) removals.push(section.del(key))
      await store.commit(removals, { sync: false })
    }
  }
}

async function authorsIn(section: Section): Promise<Uint8Array[]> {
  const authors = new Map<string, Uint8Array>()
  let after: Uint8Array = new Uint8Array()
  for (;;) {
    const before = authors.size
    for await (const [key] of section.entries({ gt: after, limit: 1 })) {
      const author = key.slice(0, KEY_BYTES)
      authors.set(toHex(author), author)
      after = concat(author, BEHIND)
    }
    if (authors.size === before) return [...authors.values()]
  }
}

function keyOf(author: Uint8Array, seq: number): Uint8Array {
  return concat(author, seqBytes(seq))
}
