import assert from 'node:assert/strict'
import { afterOutcome } from '../../../../src/skills/lifecycle/lifecycle.ts'
import { KnownRuns } from '../../../../src/skills/store/known-runs.ts'
import { SkillRecords } from '../../../../src/skills/store/skill-records.ts'
import {
  failed,
  openSkills,
  pass,
  provenance,
  reopenSkills,
  skill,
  succeed
} from '../../../fixtures/skill-store.ts'

describe('runs in a store of skills', () => {
  const { id } = skill

  it('ends a run that is no evidence on disk too', async () => {
    await using opened = await openSkills()
    const { store, skills } = opened
    await skills.add(skill, provenance)
    skills.begin(id, { run: 'one', at: 0 })
    await skills.apply(id, pass)
    skills.withdraw(id, 'one')
    await skills.close()
    const again = await reopenSkills(store)
    assert.deepEqual(again.get(id)?.lifecycle.uses.waiting, [])
  })

  it('counts a run once, also if its first report could not be written', async () => {
    await using opened = await openSkills()
    const { failing, store, skills } = opened
    await skills.add(skill, provenance)
    await skills.apply(id, pass)
    const report = (): Promise<unknown> => skills.apply(id, succeed, { run: 'one' })
    failing.failNext('skills')
    await assert.rejects(report(), failed)
    await Promise.all([report(), report()])
    assert.equal(skills.get(id)?.lifecycle.counts.trials, 1)
    const again = await reopenSkills(store)
    await again.apply(id, succeed, { run: 'one' })
    assert.equal(again.get(id)?.lifecycle.counts.trials, 1)
  })

  it('counts the outcome of an expired run no more', async () => {
    await using opened = await openSkills()
    const { skills } = opened
    await skills.add(skill, provenance)
    await skills.apply(id, pass)
    assert.equal(skills.begin(id, { run: 'lost', at: 0 }), true)
    assert.equal(skills.begin(id, { run: 'lost', at: 0 }), false)
    assert.equal(skills.isReported(id, 'lost'), false)
    await skills.apply(id, (lifecycle) =>
      afterOutcome(lifecycle, { ok: true, at: 3_600_001, draw: 0 })
    )
    assert.equal(skills.isReported(id, 'lost'), true)
    await skills.apply(id, succeed, { run: 'lost' })
    assert.equal(skills.get(id)?.lifecycle.counts.trials, 1)
  })

  it('forgets the oldest of too many runs, and no other', async () => {
    await using opened = await openSkills()
    const { store } = opened
    const runs = new KnownRuns(new SkillRecords(store.section('skills')), 4)
    await store.commit(Array.from({ length: 5 }, (_, run) => runs.add(id, `${run}`)))
    const again = new KnownRuns(new SkillRecords(store.section('skills')), 4)
    await again.load()
    for (const each of [runs, again]) {
      assert.deepEqual(
        ['0', '1', '4'].map((run) => each.has(id, run)),
        [false, true, true]
      )
    }
  })
})
