/**
 * Author epochs: what a node signs in different ones cannot be linked by its author keys. Counted from
 * the start of the node, so that they do not tell its clock.
 */

/** A week. */
export const DEFAULT_EPOCH = 7 * 24 * 60 * 60 * 1000

/** When a node changes its author key. */
export interface AuthorEpochs {
  /** The number of the current one. */
  readonly current: () => number
}

/** Epochs of `length` milliseconds, counted from now. */
export function authorEpochs(now: () => number = Date.now, length = DEFAULT_EPOCH): AuthorEpochs {
  const began = now()
  return { current: () => Math.floor((now() - began) / length) }
}
