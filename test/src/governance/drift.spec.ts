import assert from 'node:assert/strict'
import { driftOf, REFERENCE } from '../../../src/governance/drift.ts'
import { createHive } from '../../../src/index.ts'
import { budget } from '../../fixtures/budget.ts'
import { randomOf } from '../../fixtures/random.ts'
import type { DriftOutcome } from '../../../src/governance/drift.ts'

interface Source {
  readonly rate: number
  /** Median of milliseconds, and the share of sessions that are twenty times slower. */
  readonly ms: number
  readonly slow?: number
}

function outcomesOf(
  random: () => number,
  count: number,
  { rate, ms, slow = 0 }: Source
): DriftOutcome[] {
  return Array.from({ length: count }, (_, i) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const factor = random() < slow ? 20 : 1
    return { ok: random() < rate, ms: ms * factor * Math.exp(0.5 * normal), at: new Date(i) }
  })
}

/** Outcomes behind the reference until an alarm, at most `most`. */
function runOf(random: () => number, source: Source, most: number): number {
  const outcomes = outcomesOf(random, REFERENCE + most, source)
  const { success, latency } = driftOf(outcomes)
  const alarms = [success, latency].flatMap((each) => each?.foundAt?.getTime() ?? [])
  return alarms.length === 0 ? most : Math.min(...alarms) - REFERENCE + 1
}

describe('drift', function () {
  this.timeout(budget(120_000, 900_000))

  it('has a mean run of at least 2,000 sessions to a false alarm of either kind', () => {
    const random = randomOf(20_261_128)
    const runs = budget(60, 2_000)
    for (const rate of [0.3, 0.5, 0.8, 0.95, 1]) {
      for (const slow of [0, 0.05]) {
        let sum = 0
        // Cut at 10,000, so the mean is underestimated.
        for (let i = 0; i < runs; i++) sum += runOf(random, { rate, ms: 800, slow }, 10_000)
        const mean = sum / runs
        assert.ok(mean >= 2_000, `${mean} at ${rate}, ${slow}`)
      }
    }
  })

  it('finds a rate that changes by 0.3 within 60 sessions, and a doubled latency within 30', () => {
    const random = randomOf(7)
    const delays = (before: Source, after: Source): number[] =>
      Array.from({ length: 100 }, () => {
        const outcomes = [
          ...outcomesOf(random, REFERENCE, before),
          ...outcomesOf(random, 1_000, after)
        ].map((each, i) => ({ ...each, at: new Date(i) }))
        const { success, latency } = driftOf(outcomes)
        const found = [success, latency].map((each) => each?.foundAt?.getTime() ?? Infinity)
        return Math.min(...found) - REFERENCE + 1
      })
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, each) => sum + each, 0) / values.length
    const steady = { rate: 0.8, ms: 800 }
    assert.ok(mean(delays(steady, { ...steady, rate: 0.5 })) < 60)
    assert.ok(mean(delays({ ...steady, rate: 0.5 }, { ...steady, rate: 0.8 })) < 60)
    assert.ok(mean(delays(steady, { ...steady, ms: 1_600 })) < 30)
    assert.ok(mean(delays(steady, { ...steady, ms: 400 })) < 30)
  })

  it('states direction, beginning and size, and stays silent on small and single changes', () => {
    const ok = (ms: number, count: number, success = true): DriftOutcome[] =>
      Array.from({ length: count }, () => ({ ok: success, ms, at: new Date(0) }))
    const dated = (all: readonly DriftOutcome[]): DriftOutcome[] =>
      all.map((each, i) => ({ ...each, at: new Date(i) }))
    assert.deepEqual(driftOf(ok(100, REFERENCE)), { sessions: REFERENCE })
    const failed = driftOf(dated([...ok(100, 120), ...ok(100, 30, false)]))
    assert.equal(failed.success?.drifted, 'down')
    assert.deepEqual(failed.success.since, new Date(120))
    assert.ok(failed.success.current < 0.05 && failed.success.reference > 0.99)
    assert.equal(failed.latency?.drifted, undefined)
    const slower = driftOf(dated([...ok(100, 120), ...ok(200, 30)]))
    assert.deepEqual([slower.latency?.drifted, slower.latency?.since], ['up', new Date(120)])
    assert.equal(Math.round(slower.latency?.current ?? 0), 200)
    const single = driftOf(dated([...ok(100, 120), ...ok(1_000_000, 2), ...ok(104, 500)]))
    assert.equal(single.latency?.drifted, undefined)
  })

  it('is read from the sessions in the journal of an agent', async () => {
    let time = Date.UTC(2026, 10, 28)
    await using db = await createHive({ swarm: false, upkeep: false, clock: { now: () => time } })
    const scout = db.agents.create('scout')
    const { governor } = db.agent.cortex
    for (let i = 0; i < REFERENCE + 30; i++) {
      const session = await scout.session()
      time += 1_000
      await session.end({ outcome: i < REFERENCE + 10 ? 'success' : 'failure' })
      await scout.journal.record({ name: 'act', ok: true, ms: 5 })
    }
    const { sessions, success, latency } = await governor.drift('scout')
    assert.deepEqual([sessions, success?.drifted, latency?.drifted], [130, 'down', undefined])
    const since = success?.since
    assert.ok(since !== undefined)
    assert.deepEqual(await governor.drift('scout', { since }), { sessions: 20 })
    assert.deepEqual(await governor.drift('default'), { sessions: 0 })
  })
})
