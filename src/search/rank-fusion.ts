/**
 * Reciprocal rank fusion: each list gives its n-th hit 1 / (60 + n), and a hit is worth the sum
 * (Cormack, Clarke, Buettcher: Reciprocal Rank Fusion outperforms Condorcet and individual Rank
 * Learning Methods, SIGIR 2009). It needs ranks alone: scores of words and of vectors do not compare.
 */
import type { SearchHit } from './search-query.ts'

/** The constant of the paper. */
const RANK_OFFSET = 60

export function fuse(lists: readonly (readonly SearchHit[])[]): SearchHit[] {
  const fused = new Map<string, SearchHit>()
  for (const list of lists) {
    for (const [i, hit] of list.entries()) {
      const name = Buffer.from(hit.digest).toString('latin1') + hit.origin
      const score = (fused.get(name)?.score ?? 0) + 1 / (RANK_OFFSET + i + 1)
      fused.set(name, { ...hit, score })
    }
  }
  return [...fused.values()].toSorted((a, b) => b.score - a.score)
}
