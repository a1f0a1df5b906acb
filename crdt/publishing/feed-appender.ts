/** What the publisher may do while no admission runs. */
import type { Feed } from '../feeds/feed.ts'
import type { FeedVoice } from '../feeds/feed-voices.ts'
import type { Retraction } from '../records/retraction.ts'
import type { Operation } from '../store/section.ts'
import type { Value } from '../records/value.ts'
import type { HeldVote } from './held-votes.ts'

/** What a node changes of its own votes beside its entries, in one commit. */
export interface OwnChanges {
  /** Their votes no longer count here. */
  readonly withdrawn?: readonly Retraction[]
  /** Held votes that no longer count here. */
  readonly dropped?: readonly HeldVote[]
  /** Held votes that count here from now on. */
  readonly held?: readonly HeldVote[]
}

/** What the node knows of an entry that it has just made. */
export interface OwnContent {
  readonly voice?: FeedVoice
  readonly values?: readonly Value[]
}

export interface FeedAppender {
  readonly feed: (author: Uint8Array) => Feed
  /** Changes own votes beside entries, in one commit with the operations. */
  readonly change: (
    changes: OwnChanges,
    operations: () => readonly Operation[]
  ) => Promise<{ durable: Promise<void> }>
  /** Held votes count no longer; in the commit of the next entry, or not at all if the task fails. */
  readonly drop: (votes: readonly HeldVote[]) => Promise<void>
  /**
   * Throws `OwnEntryError` if the entry is not admitted; `durable` resolves when it and `extra` are on disk, which is
   * called once the entry is admitted.
   */
  readonly admit: (
    entry: Uint8Array,
    extra: () => readonly Operation[],
    own?: OwnContent
  ) => Promise<{ durable: Promise<void> }>
}
