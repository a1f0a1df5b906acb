import assert from 'node:assert/strict'
import {
  afterOutcome,
  afterTests,
  UNTESTED,
  withHeadStart,
  withoutAuthor
} from '../../../../src/skills/lifecycle/lifecycle.ts'
import type { LifecycleState } from '../../../../src/skills/lifecycle/lifecycle.ts'

describe('the life of a skill', () => {
  const onTrial = afterTests(UNTESTED, 1, 1).lifecycle

  function used(
    lifecycle: LifecycleState,
    ok: boolean,
    status: LifecycleState['status']
  ): LifecycleState {
    let next = lifecycle
    for (let i = 0; i < 1_000 && next.status !== status; i++)
      next = afterOutcome(next, ok).lifecycle
    assert.equal(next.status, status)
    return next
  }

  it('counts every trial once, also those before the evidence was reset', () => {
    let lifecycle = used(onTrial, true, 'verified')
    const { trials } = lifecycle.counts
    let failures = 0
    // Half of them fail: a drift, and no collapse.
    for (let i = 0; lifecycle.status === 'verified'; i++) {
      const ok = i % 2 === 0
      failures += ok ? 0 : 1
      lifecycle = afterOutcome(lifecycle, ok).lifecycle
    }
    assert.equal(lifecycle.status, 'experimental')
    assert.deepEqual(lifecycle.counts, { trials: 0, successes: 0 })
    assert.equal(lifecycle.lifetime.trials - lifecycle.lifetime.successes, failures)
    assert.ok(lifecycle.lifetime.trials > trials)
  })

  it('takes a head start before its first trial only, and lets it be lowered at any time', () => {
    const ahead = withHeadStart(onTrial, 5).lifecycle
    assert.equal(ahead.headStart, 5)
    const { lifecycle } = afterOutcome(ahead, true)
    assert.equal(withHeadStart(lifecycle, 8).lifecycle.headStart, 5)
    assert.equal(withoutAuthor(lifecycle, 8).lifecycle.headStart, 5)
    assert.equal(withoutAuthor(lifecycle, 1).lifecycle.headStart, 1)
  })
})
