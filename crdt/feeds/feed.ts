/** What a replica knows of one author's feed. */

/** The state of an author's feed in memory. */
export interface Feed {
  readonly author: Uint8Array
  /**
   * Sequence number and hash of the last admitted entry; `base - 1` and zero bytes if there is
   * none.
   */
  readonly seq: number
  readonly head: Uint8Array
  /** Clock of the author's next struct in its document. */
  readonly clock: number
  /** Format of the last entry; it never decreases along a feed. */
  readonly format: number
  /**
   * Sequence number of a signed but ill-formed entry: nothing from there on is admitted; 0 for
   * none.
   */
  readonly end: number
  /** Lowest sequence number with a proven equivocation: void from there; 0 for none. */
  readonly fork: number
  /**
   * The author's entries before this sequence number are no longer live, and are removed: 1 at
   * first.
   */
  readonly base: number
  /** The document of the last entry: a feed writes to one document. Empty for an empty feed. */
  readonly doc: string
}

/** The head of a feed, as exchanged between peers. */
export type FeedHead = Pick<Feed, 'author' | 'seq' | 'head' | 'fork' | 'base'>
