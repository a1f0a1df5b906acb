/** Splices: the smallest changes that turn one text into another. */
import { diffChars } from 'diff'

export interface Splice {
  readonly at: number
  /** Units to remove at this place, and the text to insert. */
  readonly remove: number
  readonly insert: string
}

/** A part of two texts: in both, only in the first, or only in the second. */
interface Part {
  readonly value: string
  readonly removed: boolean
  readonly added: boolean
}

/**
 * With more parts, everything between the first and the last change is replaced, to stay within one
 * edit.
 */
const MAX_PARTS = 128

/**
 * With more changed characters, the same: the search takes the square of their number, here 0.1 s.
 */
const MAX_CHANGED_CHARS = 500

/**
 * Splices of `current`, last one first, that apply the difference between `base` and `to`. Text
 * that was inserted since `base` stays. Surrogate pairs are never split.
 */
export function splicesOf(current: string, base: string, to: string): Splice[] {
  const map = alignTexts(current, base)
  const splices: Splice[] = []
  let from = 0
  for (const { value, removed, added } of partsOf(base, to)) {
    if (added) {
      splices.push({ at: map.before(from), remove: 0, insert: value })
      continue
    }
    if (removed) splices.push(...map.kept(from, from + value.length))
    from += value.length
  }
  return splices.toReversed()
}

/**
 * The part of `current` that has what is left of a part of `base`, with what was inserted within it;
 * undefined if nothing of it is left.
 */
export function rangeIn(
  current: string,
  base: string,
  { from, to }: { readonly from: number; readonly to: number }
): { readonly from: number; readonly to: number } | undefined {
  const kept = alignTexts(current, base).kept(from, to)
  const [first, last] = [kept[0], kept.at(-1)]
  if (first === undefined || last === undefined) return undefined
  return { from: first.at, to: last.at + last.remove }
}

function partsOf(from: string, to: string): readonly Part[] {
  const parts = diffChars(from, to, { maxEditLength: MAX_CHANGED_CHARS })
  return parts === undefined || parts.length > MAX_PARTS ? trimCommonEnds(from, to) : parts
}

/** The common start and end, and everything between them as one change. */
function trimCommonEnds(from: string, to: string): Part[] {
  const most = Math.min(from.length, to.length)
  let start = 0
  while (start < most && from[start] === to[start]) start += 1
  if (isHighSurrogate(from[start - 1])) start -= 1
  let end = 0
  while (end < most - start && from.at(-1 - end) === to.at(-1 - end)) end += 1
  if (isLowSurrogate(from[from.length - end])) end -= 1
  const same = { removed: false, added: false }
  return [
    { ...same, value: from.slice(0, start) },
    { ...same, removed: true, value: from.slice(start, from.length - end) },
    { ...same, added: true, value: to.slice(start, to.length - end) },
    { ...same, value: from.slice(from.length - end) }
  ].filter(({ value }) => value !== '')
}

function isHighSurrogate(unit: string | undefined): boolean {
  return unit !== undefined && unit >= '\ud800' && unit <= '\udbff'
}

function isLowSurrogate(unit: string | undefined): boolean {
  return unit !== undefined && unit >= '\udc00' && unit <= '\udfff'
}

interface Run {
  readonly from: number
  readonly at: number
  readonly length: number
}

/** The positions of the units of `base` in `current`. */
function alignTexts(
  current: string,
  base: string
): { before(from: number): number; kept(from: number, to: number): Splice[] } {
  const runs: Run[] = []
  let from = 0
  let at = 0
  for (const { value, removed, added } of partsOf(base, current)) {
    const { length } = value
    if (!removed && !added) runs.push({ from, at, length })
    if (!added) from += length
    if (!removed) at += length
  }
  return {
    /** After the last unit before `end` that is still present. */
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
