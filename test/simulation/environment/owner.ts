/** Who work belongs to. */

/** Whose work runs: one life of a node. What a dead owner has scheduled never runs. */
export interface Owner {
  readonly name: string
  isAlive: boolean
  /** Milliseconds by which its clock differs. */
  skew: number
  /** Replaces the clock. */
  clock?: () => number
}
