/**
 * Author epochs: author keys of different epochs do not link a node's entries. Counted from the
 * start of the node, so that they do not reveal its clock.
 */

/** A week. */
const DEFAULT_EPOCH = 7 * 24 * 60 * 60 * 1000

/** When a node changes its author key. */
export interface AuthorEpochs {
  /** The number of the current epoch. */
  readonly current: () => number
}

/** Epochs of `length` milliseconds, counted from now. */
export function authorEpochs(now: () => number = Date.now, length = DEFAULT_EPOCH): AuthorEpochs {
  const began = now()
  return { current: () => Math.floor((now() - began) / length) }
}
