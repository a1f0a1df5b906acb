/** The stored entries in their original bytes, by author and sequence number. */
import { KEY_BYTES } from '../constants.ts'
import { concat, seqBytes, seqOf } from '../bytes/index.ts'
import { readEntry } from './entry.ts'
import type { EntryHeader, SignedHeader } from './entry.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** Deletes of one commit when a feed is shortened. */
const MAX_DELETES = 10_000
const MAX_DELETED_BYTES = 4 * 1024 * 1024

/** Deletes of a part of a feed, and the entries that they delete. */
export interface EntryRemovals {
  readonly deletes: readonly Operation[]
  readonly entries: readonly { readonly seq: number; readonly bytes: Uint8Array }[]
}

export interface OldEntry {
  readonly seq: number
  readonly bytes: Uint8Array
  readonly removal: Operation
}

export class Entries {
  readonly #section: Section

  constructor(store: Pick<Store, 'section'>) {
    this.#section = store.section('entries')
  }

  put({ author, seq }: Pick<EntryHeader, 'author' | 'seq'>, bytes: Uint8Array): Operation {
    return this.#section.put(entryKey(author, seq), bytes)
  }

  async headerAt(author: Uint8Array, seq: number): Promise<SignedHeader | undefined> {
    const bytes = await this.#section.get(entryKey(author, seq))
    return bytes === undefined ? undefined : readEntry(bytes)
  }

  /** The author's entries from `from` to `to`, in order; ends early at a missing or damaged one. */
  async *between(author: Uint8Array, from: number, to: number): AsyncGenerator<Uint8Array> {
    let next = from
    for await (const [key, bytes] of this.#section.entries(range(author, from, to))) {
      if (seqOf(key.subarray(KEY_BYTES)) !== next) return
      yield bytes
      next += 1
    }
  }

  /** The author's stored entries before `end`. */
  async *before(author: Uint8Array, end: number): AsyncGenerator<OldEntry> {
    for await (const [key, bytes] of this.#section.entries(range(author, 0, end - 1))) {
      yield { seq: seqOf(key.subarray(KEY_BYTES)), bytes, removal: this.#section.del(key) }
    }
  }

  /** Removes the author's entries from `from` on, in several commits. */
  async *removals(author: Uint8Array, from: number): AsyncGenerator<EntryRemovals> {
    let deletes: Operation[] = []
    let entries: { seq: number; bytes: Uint8Array }[] = []
    let size = 0
    const all = range(author, from, Number.MAX_SAFE_INTEGER)
    for await (const [key, bytes] of this.#section.entries(all)) {
      deletes.push(this.#section.del(key))
      entries.push({ seq: seqOf(key.subarray(KEY_BYTES)), bytes })
      size += bytes.length
      if (deletes.length === MAX_DELETES || size >= MAX_DELETED_BYTES) {
        yield { deletes, entries }
        deletes = []
        entries = []
        size = 0
      }
    }
    yield { deletes, entries }
  }
}

function entryKey(author: Uint8Array, seq: number): Uint8Array {
  return concat(author, seqBytes(seq))
}

function range(author: Uint8Array, from: number, to: number): { gte: Uint8Array; lte: Uint8Array } {
  return { gte: entryKey(author, from), lte: entryKey(author, to) }
}
