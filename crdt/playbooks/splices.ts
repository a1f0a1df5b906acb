/** Splices: the least changes that make one text of another. */
import diff from 'fast-diff'

export interface Splice {
  readonly at: number
  /** Units to remove from there, and what to put in their place. */
  readonly remove: number
  readonly insert: string
}

/** Splices of one text beyond which it is replaced as a whole, to stay within one edit. */
const MAX_SPLICES = 64

/**
 * Splices of `current`, last one first, that do to it what makes `to` of `was`: what was written
 * into it since it was `was` stays. Halves of surrogate pairs are never parted.
 */
export function splicesOf(current: string, was: string, to: string): Splice[] {
  const map = placesIn(current, was)
  const splices: Splice[] = []
  let from = 0
  for (const [what, part] of partsOf(was, to)) {
    if (what === diff.INSERT) {
      splices.push({ at: map.before(from), remove: 0, insert: part })
      continue
    }
    if (what === diff.DELETE) splices.push(...map.kept(from, from + part.length))
    from += part.length
  }
  return splices.toReversed()
}

function partsOf(from: string, to: string): diff.Diff[] {
  const parts = diff(from, to)
  if (parts.length <= 2 * MAX_SPLICES) return parts
  return [
    [diff.DELETE, from],
    [diff.INSERT, to]
  ]
}

interface Run {
  readonly from: number
  readonly at: number
  readonly length: number
}

/** Where the units of `was` are in `current`. */
function placesIn(
  current: string,
  was: string
): { before(from: number): number; kept(from: number, to: number): Splice[] } {
  const runs: Run[] = []
  let from = 0
  let at = 0
  for (const [what, { length }] of diff(was, current)) {
    if (what === diff.EQUAL) runs.push({ from, at, length })
    if (what !== diff.INSERT) from += length
    if (what !== diff.DELETE) at += length
  }
  return {
    /** Right behind the last unit before `end` that is still there. */
    before: (end) => {
      const run = runs.findLast((each) => each.from < end)
      return run === undefined ? 0 : run.at + Math.min(run.length, end - run.from)
    },
    kept: (start, end) =>
      runs.flatMap((run) => {
        const first = Math.max(start, run.from)
        const last = Math.min(end, run.from + run.length)
        return first < last
          ? [{ at: run.at + first - run.from, remove: last - first, insert: '' }]
          : []
      })
  }
}
