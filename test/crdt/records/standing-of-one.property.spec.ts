import assert from 'node:assert/strict'
import fc from 'fast-check'
import { SUCCESSES, TRIALS } from '../../../crdt/constants.ts'
import { sumVotes } from '../../../crdt/records/standing.ts'
import type { Register } from '../../../crdt/index.ts'
import type { Standing } from '../../../crdt/records/standing.ts'

const COMMITMENT = new Uint8Array(16)

const time = fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: undefined })
const tag = fc.constantFrom('a', 'b', 'css', 'lang:ts', 'os:linux')
const counter = fc.tuple(
  fc.constantFrom(TRIALS, SUCCESSES, 'uses'),
  fc.integer({ min: 1, max: 99 })
)

const register: fc.Arbitrary<Register> = fc.record({
  vote: fc.constantFrom('none', 'vouch', 'dispute', 'stale'),
  confidence: fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000),
  day: fc.nat(9),
  validFrom: time,
  validTo: time,
  commitment: fc.constant(COMMITMENT),
  tags: fc.uniqueArray(tag).map((tags) => tags.toSorted()),
  counters: fc.uniqueArray(counter, { selector: ([name]) => name })
})

/** What one of two equal votes adds. */
function halfOf(standing: Standing | undefined): Standing | undefined {
  if (standing === undefined) return undefined
  const halves = <T>(counts: readonly (readonly [T, number])[]): (readonly [T, number])[] =>
    counts.map(([item, count]) => [item, count / 2])
  return {
    ...standing,
    vouches: standing.vouches / 2,
    disputes: standing.disputes / 2,
    stales: standing.stales / 2,
    opinions: halves(standing.opinions),
    tags: halves(standing.tags),
    counters: halves(standing.counters),
    trials: standing.trials.map((group) => ({
      ...group,
      authors: group.authors / 2,
      allTrials: group.allTrials / 2,
      allSuccesses: group.allSuccesses / 2
    }))
  }
}

describe('the standing of one vote', () => {
  it('is half of that of two equal votes', () => {
    fc.assert(
      fc.property(register, fc.boolean(), (said, isRetracted) => {
        const vote = { register: said, isRetracted }
        assert.deepEqual(sumVotes([vote]), halfOf(sumVotes([vote, vote])))
      }),
      { numRuns: 2000 }
    )
  })
})
