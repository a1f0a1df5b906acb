/** Retractions of several calls that are one commit, and what came of each call. */
import { toHex } from '../bytes/index.ts'
import { inRounds } from './rounds.ts'
import type { Retraction } from '../records/retraction.ts'
import type { Operation } from '../store/section.ts'

export interface RetractionCall {
  readonly digests: readonly Uint8Array[]
  /** Written in the commit of the retractions. */
  readonly operations: readonly Operation[]
}

/** Votes of one commit: all of it is on disk, or nothing. */
export const MAX_RETRACTIONS = 500

/**
 * What each call retracted. Of two calls on one vote the first retracts it. Calls of one commit succeed
 * or fail together. `retract`: of at most `MAX_RETRACTIONS` votes in one commit.
 */
export async function retractTogether(
  calls: readonly RetractionCall[],
  retract: (call: RetractionCall) => Promise<readonly Retraction[]>
): Promise<(readonly Retraction[] | Error)[]> {
  const outcomes = await inRounds<RetractionCall, readonly Retraction[]>(calls, {
    choose: together,
    run: async (some, settle) => {
      const digests = new Map(
        some.flatMap((call) => call.digests.map((digest) => [toHex(digest), digest]))
      )
      const retractions = await retract({
        digests: [...digests.values()],
        operations: some.flatMap(({ operations }) => operations)
      })
      const byDigest = new Map(retractions.map((each) => [toHex(each.digest), each]))
      for (const call of some) {
        const names = call.digests.map(toHex)
        settle(
          call,
          names.flatMap((name) => byDigest.get(name) ?? [])
        )
        for (const name of names) byDigest.delete(name)
      }
    }
  })
  return calls.map((call) => outcomes.get(call) ?? [])
}

/** The first ones that are one commit. */
function together(calls: readonly RetractionCall[]): readonly RetractionCall[] {
  let votes = 0
  const end = calls.findIndex(({ digests }, i) => {
    votes += digests.length
    return i > 0 && votes > MAX_RETRACTIONS
  })
  return end < 0 ? calls : calls.slice(0, end)
}
