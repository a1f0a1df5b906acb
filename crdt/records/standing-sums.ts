/** How one vote changes the sums over all votes of a record. */
import { describes, opinionOf, says } from './standing.ts'
import type { StoredVote, Sums } from './standing-row.ts'

export const NO_SUMS: Sums = {
  stored: 0,
  speaking: 0,
  vouches: 0,
  disputes: 0,
  stales: 0,
  opinions: new Map()
}

/** The sums with one vote in place of another; undefined stands for no vote. */
export function changeSums(
  sums: Sums,
  before: StoredVote | undefined,
  after: StoredVote | undefined
): Sums {
  const opinions = new Map(sums.opinions)
  let { stored, speaking, vouches, disputes, stales } = sums
  for (const [vote, sign] of [[before, -1] as const, [after, 1] as const]) {
    if (vote === undefined) continue
    stored += sign
    if (says(vote)) speaking += sign
    if (vote.register.vote === 'stale' && !vote.isRetracted) stales += sign
    const opinion = opinionOf(vote)
    if (opinion === undefined) continue
    const authors = (opinions.get(opinion) ?? 0) + sign
    if (authors > 0) opinions.set(opinion, authors)
    else opinions.delete(opinion)
    if (vote.register.vote === 'dispute') disputes += sign
    else vouches += sign
  }
  const { day, validFrom, validTo } = isDescribing(after) ? after.register : {}
  return {
    stored,
    speaking,
    vouches,
    disputes,
    stales,
    opinions,
    day: extreme(Math.min, sums.day, day),
    validFrom: extreme(Math.min, sums.validFrom, validFrom),
    validTo: extreme(Math.max, sums.validTo, validTo)
  }
}

function isDescribing(vote: StoredVote | undefined): vote is StoredVote {
  return vote !== undefined && describes(vote.register) && !vote.isRetracted
}

/** Whether the first day, or a first or last date, may have been that of this vote alone. */
export function isAtEdge(sums: Sums, vote: StoredVote): boolean {
  if (!isDescribing(vote)) return false
  const { day, validFrom, validTo } = vote.register
  return (
    day === sums.day ||
    (validFrom !== undefined && validFrom === sums.validFrom) ||
    (validTo !== undefined && validTo === sums.validTo)
  )
}

function extreme(
  pick: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined
): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : pick(a, b)
}
