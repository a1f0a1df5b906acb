import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterTrigger, withHeadStart } from '../../../../src/skills/lifecycle/lifecycle.ts'
import { SkillIndex } from '../../../../src/skills/skill-index.ts'
import { identifySkill } from '../../../../src/skills/skill-identity.ts'
import {
  documentation,
  failed,
  LENGTH,
  openSkills,
  pass,
  provenance,
  receipt,
  reopenSkills,
  skill,
  succeed
} from '../../../fixtures/skill-store.ts'
import type { LifecycleChange, LifecycleState } from '../../../../src/skills/lifecycle/lifecycle.ts'
import type { OpenedSkills } from '../../../fixtures/skill-store.ts'

describe('a store of skills', () => {
  const { id } = skill
  let failing: OpenedSkills['failing']
  let store: OpenedSkills['store']
  let skills: OpenedSkills['skills']

  beforeEach(async () => {
    ;({ failing, store, skills } = await openSkills())
  })
  afterEach(() => store.close())

  /** Whether each write of a task is synced. */
  async function syncsOf(task: () => Promise<unknown>): Promise<boolean[]> {
    const from = failing.writes.length
    await task()
    return failing.writes.slice(from).map(({ sync }) => sync)
  }

  const published = (): Promise<void> => Promise.resolve()
  const withTrials = (lifecycle: LifecycleState): LifecycleChange => withHeadStart(lifecycle, 2)

  it('syncs what must outlive a loss of power, and outcomes a second later or at its end', async () => {
    assert.deepEqual(await syncsOf(() => skills.add(skill, provenance)), [true])
    assert.deepEqual(await syncsOf(() => skills.apply(id, pass)), [true])
    const outcomes = failing.writes.length
    assert.deepEqual(await syncsOf(() => skills.apply(id, succeed, { receipt })), [false])
    assert.deepEqual(await syncsOf(() => skills.report(id, 1, published)), [true])
    assert.deepEqual(await syncsOf(() => skills.takeReceipts(id)), [true])
    assert.deepEqual(await syncsOf(() => skills.document(id, documentation)), [true])
    const both = [afterTrigger, succeed].map((change) => () => skills.apply(id, change))
    const together = (): Promise<unknown> => Promise.all(both.map((change) => change()))
    assert.deepEqual(await syncsOf(together), [true], 'one write, for the one that needs it')
    await skills.apply(id, succeed)
    await skills.close()
    assert.ok(failing.writes.slice(outcomes).at(-1)?.sync)
    assert.deepEqual(await syncsOf(() => skills.remove(id)), [true])
  })

  it('reports counts that could not be published with the next ones', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, pass)
    await skills.apply(id, succeed)
    const told: number[] = []
    const tell = ({ trials }: { readonly trials: number }): Promise<void> =>
      Promise.resolve(void told.push(trials))
    failing.failNext('skills')
    await assert.rejects(skills.report(id, 1, tell), failed)
    await assert.rejects(
      skills.report(id, 1, () => Promise.reject(new Error('no space left'))),
      /no space left/
    )
    assert.deepEqual(told, [])
    assert.equal(await skills.report(id, 1, tell), true)
    assert.equal(await skills.report(id, 1, tell), false)
    assert.deepEqual(told, [1])
  })

  it('syncs an outcome again where the sync a second later failed', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, pass)
    await skills.apply(id, succeed)
    failing.failNext('skills')
    while (failing.writes.at(-1)?.sync !== true) await nextTurn()
  })

  it('finds skills by their documentation, also after it could not be read once', async () => {
    await skills.add(skill, provenance)
    await skills.document(id, documentation)
    const index = new SkillIndex(skills)
    failing.failNextRead()
    await assert.rejects(index.find('count'), { code: 'STORE_READ_FAILED' })
    assert.equal((await index.find('count')).length, 1)
  })

  it('writes a change that failed with the next one, of whatever skill, and syncs it', async () => {
    const other = identifySkill({ ...LENGTH, name: 'other' })
    for (const each of [skill, other]) await skills.add(each, provenance)
    failing.failNext('skills')
    await assert.rejects(skills.apply(id, pass), failed)
    assert.deepEqual(await syncsOf(() => skills.apply(other.id, withTrials)), [true])
    const again = await reopenSkills(store)
    assert.equal(again.get(id)?.lifecycle.status, 'experimental')
    assert.equal((await again.history(id)).length, 1)
  })
})
