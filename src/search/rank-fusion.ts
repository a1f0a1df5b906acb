/**
 * Reciprocal rank fusion: the n-th hit of each list scores 1 / (60 + n), and the scores of a hit
 * are added (Cormack, Clarke, Buettcher: Reciprocal Rank Fusion outperforms Condorcet and
 * individual Rank Learning Methods, SIGIR 2009). It uses ranks only, since scores of words and of
 * vectors are not comparable.
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
