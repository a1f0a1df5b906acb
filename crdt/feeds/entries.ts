/** The stored entries in their original bytes, by author and sequence number. */
import { KEY_BYTES } from '../constants.ts'
import { concat, seqBytes, seqOf } from '../bytes/index.ts'
import { readEntry } from './entry.ts'
import type { EntryHeader, SignedHeader } from './entry.ts'
import type { Operation, Section, Store } from '../store/section.ts'

/** An entry, and the operation that removes it. */
export interface StoredEntry {
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

  /** The author's stored entries from `from` to `to`, with gaps. */
  async *stored(author: Uint8Array, from: number, to: number): AsyncGenerator<StoredEntry> {
    for await (const [key, bytes] of this.#section.entries(range(author, from, to))) {
      yield { seq: seqOf(key.subarray(KEY_BYTES)), bytes, removal: this.#section.del(key) }
    }
  }
}

function entryKey(author: Uint8Array, seq: number): Uint8Array {
  return concat(author, seqBytes(seq))
}

function range(author: Uint8Array, from: number, to: number): { gte: Uint8Array; lte: Uint8Array } {
  return { gte: entryKey(author, from), lte: entryKey(author, to) }
}
