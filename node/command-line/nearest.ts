/** "Did you mean": the nearest of the known words. */

/** Edits that a typing error makes, by the length of the word. */
const EDITS_PER_LETTER = 1 / 3

/**
 * The known word with the fewest edits from `word`, if they are few: insertions, deletions,
 * substitutions and swaps of neighbours (optimal string alignment). A beginning of exactly one known
 * word is near too.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const words = [...new Set(known)]
  const limit = Math.max(1, Math.floor(word.length * EDITS_PER_LETTER))
  const ranked = words
    .map((each) => ({ each, edits: edits(word.toLowerCase(), each.toLowerCase()) }))
    .filter(({ edits: count }) => count <= limit)
    .toSorted((a, b) => a.edits - b.edits)
  if (ranked[0] !== undefined) return ranked[0].each
  const longer = words.filter((each) => word.length > 1 && each.startsWith(word))
  return longer.length === 1 ? longer[0] : undefined
}

/** ` Did you mean "status"?`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>, prefix = ''): string {
  const found = nearest(word, known)
  return found === undefined ? '' : ` Did you mean "${prefix}${found}"?`
}

function edits(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (isSame ? 0 : 1),
        isSwap ? at(before, j - 2) + 1 : Infinity
      )
    }
    before = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
