/**
 * Author epochs: author keys of different epochs do not link a node's entries. Counted from the
 * start of the node, so that they do not reveal its clock; from an earlier start if its author is
 * kept.
 */

/** A week. */
const DEFAULT_EPOCH = 7 * 24 * 60 * 60 * 1000

/** When a node changes its author key. */
export interface AuthorEpochs {
  /** The number of the current epoch. */
  readonly current: () => number
  /** When the current epoch began, in milliseconds of the Unix epoch. */
  readonly began: () => number
  /** Goes on with an epoch that began at this time; false if it is over, or has not begun. */
  readonly resume: (began: number) => boolean
}

/** Epochs of `length` milliseconds, counted from now. */
export function authorEpochs(now: () => number = Date.now, length = DEFAULT_EPOCH): AuthorEpochs {
  let first = now()
  const current = (): number => Math.floor((now() - first) / length)
  return {
    current,
    began: () => first + current() * length,
    resume: (began) => {
      if (began > now() || now() >= began + length) return false
      first = began
      return true
    }
  }
}
