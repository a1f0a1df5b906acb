import assert from 'node:assert/strict'
import {
  afterOutcome,
  afterTests,
  UNTESTED,
  withHeadStart,
  withoutLiar
} from '../../../../src/skills/lifecycle/lifecycle.ts'
import type { Standing } from '../../../../src/skills/lifecycle/lifecycle.ts'

describe('the life of a skill', () => {
  const onTrial = afterTests(UNTESTED, 1, 1).standing

  function used(standing: Standing, ok: boolean, status: Standing['status']): Standing {
    let next = standing
    for (let i = 0; i < 1_000 && next.status !== status; i++) next = afterOutcome(next, ok).standing
    assert.equal(next.status, status)
    return next
  }

  it('counts every trial once, also those before evidence begins anew', () => {
    let standing = used(onTrial, true, 'verified')
    const { trials } = standing.counts
    let failures = 0
    // Half of them fail: a drift, and no collapse.
    for (let i = 0; standing.status === 'verified'; i++) {
      const ok = i % 2 === 0
      failures += ok ? 0 : 1
      standing = afterOutcome(standing, ok).standing
    }
    assert.equal(standing.status, 'experimental')
    assert.deepEqual(standing.counts, { trials: 0, successes: 0 })
    assert.equal(standing.lifetime.trials - standing.lifetime.successes, failures)
    assert.ok(standing.lifetime.trials > trials)
  })

  it('takes a head start before its first trial only, and lets it be lowered at any time', () => {
    const ahead = withHeadStart(onTrial, 5).standing
    assert.equal(ahead.headStart, 5)
    const { standing } = afterOutcome(ahead, true)
    assert.equal(withHeadStart(standing, 8).standing.headStart, 5)
    assert.equal(withoutLiar(standing, 8).standing.headStart, 5)
    assert.equal(withoutLiar(standing, 1).standing.headStart, 1)
  })
})
