/** Trials and successes: all that the tests of evidence need of a stream of outcomes. */

export interface Counts {
  readonly trials: number
  readonly successes: number
}

export const NO_TRIALS: Counts = { trials: 0, successes: 0 }

export function addOutcome({ trials, successes }: Counts, ok: boolean): Counts {
  return { trials: trials + 1, successes: successes + (ok ? 1 : 0) }
}
