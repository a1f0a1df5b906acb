/**
 * What the budgets of a day are charged for an entry that a peer brings: its cost in the store, first
 * the most that it can be, then what it is.
 */
import { bytesOf, mostBytesOf } from './entry-cost.ts'
import { readEntryValues } from './entry-values.ts'
import type { Charged, EntryBudgets, OverBudget } from './entry-budgets.ts'
import type { ReadableEntries } from './entry-values.ts'
import type { EntryVerdict } from './validate-entry.ts'
import type { Entry } from '../feeds/entry.ts'
import type { FeedStore } from '../feeds/feed-store.ts'
import type { FeedVoices } from '../feeds/feed-voices.ts'
import type { Operation } from '../store/section.ts'

export interface EntryChargesInit extends ReadableEntries {
  readonly feeds: Pick<FeedStore, 'feed'>
  /** Of a closed swarm. */
  readonly voices?: Pick<FeedVoices, 'of'>
  /** What peers, authors and members may make this node store in a day. */
  readonly budgets: EntryBudgets
}

/** An entry before it is charged: its packed size, and the peer that brings it. */
export interface Brought {
  readonly packed: number
  readonly from: string | undefined
}

export class EntryCharges {
  readonly #init: EntryChargesInit

  constructor(init: EntryChargesInit) {
    this.#init = init
  }

  /** Before the payload is unpacked: whether the most that the entry can take does not fit. */
  refusal(entry: Entry, { packed, from }: Brought): Promise<OverBudget | undefined> {
    const { author } = entry
    const bytes = mostBytesOf(packed, entry.payload)
    return this.#init.budgets.refusal({ author, isNew: this.#isNew(author), from, bytes })
  }

  /** Counts a valid entry: operations for its commit, or why it does not fit. */
  charge(
    {
      entry: { author },
      values,
      bytes: unpacked,
      voice
    }: Extract<EntryVerdict, { verdict: 'admit' }>,
    { packed, from }: Brought
  ): Promise<OverBudget | readonly Operation[]> {
    const bytes = bytesOf(packed, unpacked, values.length)
    return this.#init.budgets.charge({ author, isNew: this.#isNew(author), from, voice, bytes })
  }

  /**
   * Counts a stored entry of this node that a peer brings, as that of another author would count:
   * operations for the commit that shows it, or why it would have been refused. For an admission's turn.
   */
  async chargeStored(
    entry: Entry,
    bytes: Uint8Array,
    { isNew, from }: Pick<Charged, 'from' | 'isNew'>
  ): Promise<OverBudget | readonly Operation[]> {
    const { budgets, voices } = this.#init
    const { author, seq } = entry
    const most = mostBytesOf(bytes.length, entry.payload)
    const refusal = await budgets.refusal({ author, isNew, from, bytes: most })
    if (refusal !== undefined) return refusal
    const stored = readEntryValues(this.#init, seq, bytes)
    const counted = bytesOf(bytes.length, stored.bytes, stored.values.length)
    const voice = await voices?.of(author)
    return budgets.charge({ author, isNew, from, voice, bytes: counted })
  }

  /** Whether no entry of the author is stored. */
  #isNew(author: Uint8Array): boolean {
    const { seq, base } = this.#init.feeds.feed(author)
    return seq < base
  }
}
