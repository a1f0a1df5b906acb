import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { displayText } from '../../../../src/foreign-text/index.ts'
import { afterOutcome } from '../../../../src/skills/lifecycle/lifecycle.ts'
import { FalseReceipts } from '../../../../src/skills/store/false-receipts.ts'
import {
  documentation,
  failed,
  openSkills,
  pass,
  provenance,
  receipt,
  reopenSkills,
  skill,
  succeed
} from '../../../fixtures/skill-store.ts'
import type { SkillStatus } from 'noormme-hive'
import type { LifecycleChange, LifecycleState } from '../../../../src/skills/lifecycle/lifecycle.ts'

describe('skills that come and go in a store', () => {
  const { id } = skill

  it('keeps of a removed skill only that it was removed', async () => {
    await using opened = await openSkills()
    const { store, skills } = opened
    await skills.add(skill, provenance)
    await skills.apply(id, pass)
    await skills.apply(id, succeed)
    await skills.remove(id)
    await skills.close()
    const keys = await Array.fromAsync(store.section('skills').entries(), ([key]) => String(key))
    assert.deepEqual(keys, [`x/${id}`])
  })

  it('acknowledges nothing that it could not write, and changes nothing', async () => {
    await using opened = await openSkills()
    const { failing, store, skills } = opened
    failing.failNext('skills')
    await assert.rejects(skills.add(skill, provenance), failed)
    assert.equal(skills.get(id), undefined)
    assert.equal(await skills.add(skill, provenance), true)
    failing.failNext('skills')
    await assert.rejects(skills.remove(id), failed)
    assert.equal(skills.get(id)?.lifecycle.status, 'sandbox')
    assert.equal(skills.removedLifecycle(id), undefined)
    failing.failNext('skills')
    await assert.rejects(skills.document(id, documentation), failed)
    const lies = await FalseReceipts.open(store)
    const author = 'a'.repeat(64)
    const lie = {
      author,
      skill: id,
      input: displayText('1'),
      claimed: 'x',
      gave: 'y',
      at: new Date(0)
    }
    await skills.remove(id)
    failing.failNext('skills')
    await lies.add(lie)
    assert.ok(lies.has(author), 'what is known counts at once')
    while (!(await FalseReceipts.open(store)).has(author)) await nextTurn()
  })

  it('writes what it could not write of a skill before a removal that failed too', async () => {
    await using opened = await openSkills()
    const { failing, store, skills } = opened
    await skills.add(skill, provenance)
    failing.failNext('skills')
    await assert.rejects(skills.apply(id, pass), failed)
    failing.failNext('skills')
    await assert.rejects(skills.remove(id), failed)
    const stored = async (): Promise<SkillStatus | undefined> =>
      (await reopenSkills(store)).get(id)?.lifecycle.status
    while ((await stored()) !== 'experimental') await nextTurn()
  })

  it('adds a skill again once what it could not write of it is written', async () => {
    await using opened = await openSkills()
    const { failing, store, skills } = opened
    await skills.add(skill, provenance)
    failing.failNext('skills')
    await assert.rejects(skills.apply(id, pass), failed)
    failing.failNext('skills')
    await assert.rejects(skills.add(skill, provenance), failed)
    assert.equal(await skills.add(skill, provenance), false)
    const again = await reopenSkills(store)
    assert.equal(again.get(id)?.lifecycle.status, 'experimental')
  })

  it('notes an agent that adds the skill again after a note that failed', async () => {
    await using opened = await openSkills()
    const { failing, store, skills } = opened
    await skills.add(skill, provenance, 'ada')
    failing.failNext('skills')
    await assert.rejects(skills.add(skill, provenance, 'bob'), failed)
    assert.equal(await skills.add(skill, provenance, 'bob'), false)
    const again = await reopenSkills(store)
    assert.deepEqual(again.get(id)?.agents, ['ada', 'bob'])
  })

  it('leaves nothing of a removed skill that could not be written before, and counts its runs once', async () => {
    await using opened = await openSkills()
    const { failing, store, skills } = opened
    await skills.add(skill, provenance)
    failing.failNext('skills')
    const failure = { error: 'It threw.' }
    const fails = (lifecycle: LifecycleState): LifecycleChange =>
      afterOutcome(lifecycle, { ok: false, at: 0, draw: 0 })
    await assert.rejects(skills.apply(id, fails, { run: 'one', failure }), failed)
    await skills.remove(id)
    await skills.close()
    const keys = await Array.fromAsync(store.section('skills').entries(), ([key]) => String(key))
    assert.deepEqual(keys, ['u/0000000000', `x/${id}`])
    const again = await reopenSkills(store)
    assert.ok(again.isReported(id, 'one'))
    await again.add(skill, provenance)
    assert.deepEqual(await again.failures(0, id), [])
  })

  it('writes nothing of a removed skill over the one that came back', async () => {
    await using opened = await openSkills()
    const { store, skills } = opened
    await skills.add(skill, provenance)
    await skills.apply(id, pass)
    await skills.apply(id, succeed, { receipt })
    const refused = new Error('no space left')
    const comeBack = async (): Promise<void> => {
      await skills.remove(id)
      await skills.add(skill, provenance)
      throw refused
    }
    await assert.rejects(skills.report(id, 1, comeBack), refused)
    await skills.close()
    const again = await reopenSkills(store)
    assert.equal(again.get(id)?.lifecycle.status, 'sandbox')
  })

  it('adds a skill that is removed and added at the same time', async () => {
    await using opened = await openSkills()
    const { store, skills } = opened
    await skills.add(skill, provenance)
    const added = [skills.add(skill, provenance), skills.remove(id)]
    added.push(skills.add(skill, provenance), skills.add(skill, provenance))
    assert.deepEqual(await Promise.all(added), [false, undefined, true, false])
    const again = await reopenSkills(store)
    assert.deepEqual(again.get(id)?.skill, skills.get(id)?.skill)
  })
})
