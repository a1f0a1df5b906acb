import assert from 'node:assert/strict'
import {
  afterBegin,
  afterOutcome,
  afterTests,
  UNTESTED,
  withHeadStart,
  withoutAuthor,
  afterSwarmDispute
} from '../../../../src/skills/lifecycle/lifecycle.ts'
import type { LifecycleState } from '../../../../src/skills/lifecycle/lifecycle.ts'

describe('the life of a skill', () => {
  const onTrial = afterTests(UNTESTED, 1, 1).lifecycle

  function use(lifecycle: LifecycleState, ok: boolean, run?: string, at = 0): LifecycleState {
    return afterOutcome(lifecycle, { ok, run, at, draw: 0 }).lifecycle
  }

  function used(
    lifecycle: LifecycleState,
    ok: boolean,
    status: LifecycleState['status']
  ): LifecycleState {
    let next = lifecycle
    for (let i = 0; i < 1_000 && next.status !== status; i++) next = use(next, ok)
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
      lifecycle = use(lifecycle, ok)
    }
    assert.equal(lifecycle.status, 'experimental')
    assert.deepEqual(lifecycle.counts, { trials: 0, successes: 0 })
    assert.equal(lifecycle.lifetime.trials - lifecycle.lifetime.successes, failures)
    assert.ok(lifecycle.lifetime.trials > trials)
  })

  it('takes a head start before its first trial only, and lets it be lowered at any time', () => {
    const ahead = withHeadStart(onTrial, 5).lifecycle
    assert.equal(ahead.headStart, 5)
    const lifecycle = use(ahead, true)
    assert.equal(withHeadStart(lifecycle, 8).lifecycle.headStart, 5)
    assert.equal(withoutAuthor(lifecycle, 8).lifecycle.headStart, 5)
    assert.equal(withoutAuthor(lifecycle, 1).lifecycle.headStart, 1)
  })

  it('is not promoted past a run whose outcome is not known, until that run expires', () => {
    let lifecycle = afterBegin(onTrial, { run: 'late', at: 0 }).lifecycle
    for (let i = 0; i < 300; i++) lifecycle = use(lifecycle, true, `${i}`, 1)
    assert.equal(lifecycle.status, 'experimental')
    assert.deepEqual(lifecycle.counts, { trials: 300, successes: 300 })
    assert.equal(use(lifecycle, true, 'late', 2).status, 'verified')
    const hour = 3_600_000
    assert.equal(use(lifecycle, true, 'other', hour).status, 'experimental')
    const expired = use(lifecycle, true, 'other', hour + 1)
    assert.equal(expired.status, 'verified')
    assert.equal(expired.uses.promotion.pairs.fs, 1, 'the expired run counts as a failure')
    assert.equal(expired.uses.rejection.pairs.fs, 0, 'but not against the skill')
  })

  it('reads outcomes in the order in which the runs began, whenever they are reported', () => {
    const pattern = [true, false, false, true, true, false, true]
    let late = onTrial
    for (const run of pattern.keys()) late = afterBegin(late, { run: `${run}`, at: 0 }).lifecycle
    for (const [run, ok] of [...pattern.entries()].toReversed()) late = use(late, ok, `${run}`)
    let prompt = onTrial
    for (const ok of pattern) prompt = use(prompt, ok)
    assert.deepEqual(late.uses, prompt.uses)
    assert.deepEqual(late.counts, prompt.counts)
  })

  it('counts the uses of one caller within an hour as one, with an outcome drawn among them', () => {
    const burst = (lifecycle: LifecycleState, ok: boolean, at: number): LifecycleState => {
      let next = lifecycle
      for (let i = 0; i < 50; i++) {
        next = afterOutcome(next, { ok, caller: `task ${at}`, at, draw: 0.9 }).lifecycle
      }
      return next
    }
    assert.equal(burst(burst(onTrial, false, 1), false, 2).status, 'experimental')
    let lifecycle = onTrial
    for (let i = 0; i < 40; i++) lifecycle = burst(lifecycle, true, i)
    assert.notEqual(lifecycle.status, 'verified')
    assert.equal(lifecycle.counts.trials, 2_000)
    const drawn = (draw: number): boolean | undefined => {
      const { uses } = [true, false].reduce(
        (next, ok) => afterOutcome(next, { ok, caller: 'task', at: 0, draw }).lifecycle,
        onTrial
      )
      return uses.waiting[0]?.ok
    }
    assert.deepEqual([drawn(0.4), drawn(0.6)], [false, true])
  })

  it('reads the blocks of one caller as a chain of its own', () => {
    let lifecycle = onTrial
    for (const [hour, caller] of 'abbabaabc'.split('').entries()) {
      const at = hour * 3_600_001
      lifecycle = afterOutcome(lifecycle, { ok: caller === 'a', caller, at, draw: 0 }).lifecycle
    }
    const { turns, waiting } = lifecycle.uses
    assert.deepEqual(turns.byCaller, { ss: 3, sf: 0, fs: 0, ff: 3 })
    assert.deepEqual(turns.others.pairs, { ss: 0, sf: 1, fs: 0, ff: 0 })
    assert.deepEqual(waiting.length, 1, 'the latest block may change')
  })

  it('lets prose without tests prove itself by its uses, and starts again after a dispute', () => {
    const outcome = { ok: true, at: 0, draw: 0 }
    const seen = new Set<string>()
    let lifecycle = UNTESTED
    for (let i = 0; i < 300; i++) {
      lifecycle = afterOutcome(lifecycle, outcome, true).lifecycle
      seen.add(lifecycle.status)
      if (lifecycle.status !== 'experimental') continue
      const disputed = afterSwarmDispute(lifecycle, 'disputed', true).lifecycle
      assert.deepEqual([disputed.status, disputed.counts.trials], ['sandbox', 0])
    }
    assert.deepEqual([...seen], ['sandbox', 'experimental', 'pre-warming', 'verified'])
    assert.equal(afterOutcome(UNTESTED, outcome).lifecycle, UNTESTED)
  })
})
