/** Outcomes in their order, as a two-state Markov chain sees them: how often which follows which. */

/** Numbers of pairs of neighbours: `sf` counts a failure that follows a success. */
export interface Transitions {
  readonly ss: number
  readonly sf: number
  readonly fs: number
  readonly ff: number
}

export interface Chain {
  readonly pairs: Transitions
  /** The latest outcome; undefined before the first. */
  readonly last?: boolean
}

export const NO_PAIRS: Transitions = { ss: 0, sf: 0, fs: 0, ff: 0 }

export const NO_CHAIN: Chain = { pairs: NO_PAIRS }

export function addToChain({ pairs, last }: Chain, ok: boolean): Chain {
  return { pairs: last === undefined ? pairs : addToPairs(pairs, last, ok), last: ok }
}

export function addToPairs(pairs: Transitions, before: boolean, ok: boolean): Transitions {
  const { ss, sf, fs, ff } = pairs
  if (before) return ok ? { ...pairs, ss: ss + 1 } : { ...pairs, sf: sf + 1 }
  return ok ? { ...pairs, fs: fs + 1 } : { ...pairs, ff: ff + 1 }
}

export function countOf({ ss, sf, fs, ff }: Transitions): number {
  return ss + sf + fs + ff
}

/** The same chain with successes and failures exchanged. */
export function inverted({ ss, sf, fs, ff }: Transitions): Transitions {
  return { ss: ff, sf: fs, fs: sf, ff: ss }
}
