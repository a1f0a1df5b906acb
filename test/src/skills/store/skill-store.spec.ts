import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createHive } from 'noormme-hive'
import { openStore } from '../../../../crdt/index.ts'
import { temporaryDirectory } from '../../../fixtures/temporary.ts'
import { failingDatabase } from '../../../fixtures/failing-database.ts'
import { displayText } from '../../../../src/foreign-text/index.ts'
import { FalseReceipts } from '../../../../src/skills/store/false-receipts.ts'
import {
  afterOutcome,
  afterTests,
  afterTrigger,
  withHeadStart
} from '../../../../src/skills/lifecycle/lifecycle.ts'
import { MAX_RECEIPTS } from '../../../../src/skills/constants.ts'
import { KnownRuns } from '../../../../src/skills/store/known-runs.ts'
import { SkillRecords } from '../../../../src/skills/store/skill-records.ts'
import { SkillIndex } from '../../../../src/skills/skill-index.ts'
import { SkillStore } from '../../../../src/skills/store/skill-store.ts'
import { identifySkill } from '../../../../src/skills/skill-identity.ts'
import type { SkillInit, SkillStatus } from 'noormme-hive'
import type { Store } from '../../../../crdt/index.ts'
import type { LifecycleChange, LifecycleState } from '../../../../src/skills/lifecycle/lifecycle.ts'
import type { FailingDatabase } from '../../../fixtures/failing-database.ts'

const LENGTH: SkillInit = {
  name: 'length',
  description: 'Counts letters.',
  kind: 'code',
  source: 'export default (text) => text.length',
  tests: [{ input: 'four', output: 4 }]
}

const DAY = 24 * 60 * 60 * 1000

describe('a store of skills of an earlier version', () => {
  interface StoredState {
    standing: { lifetime?: unknown; uses?: { turns?: object } }
    reported?: unknown
    receipts?: unknown
  }

  async function changeState(
    dataDir: string,
    id: string,
    change: (state: StoredState) => void
  ): Promise<void> {
    const store = await openStore(join(dataDir, 'store'))
    try {
      const section = store.section('skills')
      const key = Buffer.from(`e/${id}`)
      const text = Buffer.from((await section.get(key)) ?? []).toString()
      const state = JSON.parse(text) as StoredState
      change(state)
      await store.commit([section.put(key, Buffer.from(JSON.stringify(state)))])
    } finally {
      await store.close()
    }
  }

  it('opens with what it knew, and tells nobody twice what was told at the promotion', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    let now = Date.UTC(2026, 5, 1)
    const init = { dataDir, swarm: false, clock: { now: () => now } } as const
    let id = ''
    let trials = 0
    {
      await using db = await createHive(init)
      const { capabilities, hive } = db.agent.cortex
      id = (await capabilities.registerCapability(LENGTH)).id
      for (; (await capabilities.get(id)).status !== 'verified'; trials++) {
        await capabilities.invoke(id, `text ${trials}`)
      }
      await hive.skills.publish(id)
    }
    // As it was before counts were told after the promotion.
    await changeState(dataDir, id, (state) => {
      delete state.standing.lifetime
      delete state.standing.uses
      delete state.reported
      delete state.receipts
    })
    await using db = await createHive(init)
    const { capabilities, hive } = db.agent.cortex
    const { status, trials: known } = await capabilities.get(id)
    assert.deepEqual([status, known], ['verified', trials])
    now += DAY
    await capabilities.invoke(id, 'one more')
    assert.equal(await hive.skills.report(), 0)
    now += DAY
    await capabilities.invoke(id, 'and another')
    assert.equal(await hive.skills.report(), 1)
  })

  it('keeps the order of outcomes, and begins to read them by the turns of callers', async () => {
    await using directory = await temporaryDirectory()
    const dataDir = join(directory.path, 'node')
    let now = 0
    const init = { dataDir, swarm: false, clock: { now: () => now } } as const
    let id = ''
    const usedBefore = async (): Promise<SkillStatus> => {
      await using db = await createHive(init)
      const { capabilities } = db.agent.cortex
      id = (await capabilities.registerCapability(LENGTH)).id
      for (let i = 0; i < 100; i++) {
        now += DAY
        await capabilities.recordOutcome(id, { ok: i % 40 > 0, caller: `caller ${i % 2}` })
      }
      return (await capabilities.get(id)).status
    }
    assert.notEqual(await usedBefore(), 'verified')
    await changeState(dataDir, id, ({ standing: { uses } }) => {
      assert.ok(uses?.turns !== undefined)
      delete uses.turns
    })
    assert.notEqual(await usedBefore(), 'verified')
    await changeState(dataDir, id, ({ standing: { uses } }) => {
      assert.deepEqual(Object(uses?.turns).outcomes, 100)
      // Strides of another version.
      Object(uses?.turns).strides.pop()
    })
    assert.notEqual(await usedBefore(), 'verified')
    assert.equal(await usedBefore(), 'verified')
  })
})

describe('a store of skills', () => {
  const provenance = { from: 'local' } as const
  const skill = identifySkill(LENGTH)
  const { id } = skill
  const failed = { code: 'STORE_WRITE_FAILED' }
  const documentation = {
    text: displayText('To count.'),
    model: 'test',
    offline: false,
    at: new Date(0)
  }
  const receipt = { input: '"four"', gave: 'SKILL_THREW' as const, engine: 'test' }
  let failing: FailingDatabase
  let store: Store
  let skills: SkillStore

  beforeEach(async () => {
    failing = failingDatabase()
    store = await openStore(failing.database)
    skills = await SkillStore.open({ store, now: () => 0 })
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
  const succeed = (lifecycle: LifecycleState): LifecycleChange =>
    afterOutcome(lifecycle, { ok: true, at: 0, draw: 0 })

  it('syncs what must outlive a loss of power, and outcomes a second later or at its end', async () => {
    assert.deepEqual(await syncsOf(() => skills.add(skill, provenance)), [true])
    const pass = (lifecycle: LifecycleState): LifecycleChange => afterTests(lifecycle, 1, 1)
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

  it('gives receipts once, and again those that were not deleted or not used', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
    const runs = Array.from({ length: 40 }, (_, i) => ({ ...receipt, input: `${i}` }))
    const taken = async (): Promise<string[]> => {
      const { receipts, putBack } = await skills.takeReceipts(id)
      putBack()
      return receipts.map(({ input }) => input)
    }
    for (const run of runs.slice(0, 3)) await skills.apply(id, succeed, { receipt: run })
    failing.failNext('skills')
    await assert.rejects(skills.takeReceipts(id), failed)
    assert.deepEqual(await taken(), ['0', '1', '2'])
    const first = await skills.takeReceipts(id)
    await skills.apply(id, succeed, { receipt: runs[3] })
    first.putBack()
    first.putBack()
    assert.deepEqual((await taken()).toSorted(), ['0', '1', '2', '3'])
    // More than are kept: the newer ones stay.
    const second = await skills.takeReceipts(id)
    for (const run of runs.slice(4)) await skills.apply(id, succeed, { receipt: run })
    second.putBack()
    const kept = await taken()
    assert.equal(kept.length, MAX_RECEIPTS)
    assert.deepEqual(
      kept.toSorted(),
      runs
        .slice(-MAX_RECEIPTS)
        .map(({ input }) => input)
        .toSorted()
    )
    await skills.close()
    const reopened = await SkillStore.open({ store, now: () => 0 })
    const third = await reopened.takeReceipts(id)
    assert.equal(third.receipts.length, MAX_RECEIPTS)
    third.used()
    third.putBack()
    assert.deepEqual((await reopened.takeReceipts(id)).receipts, [])
  })

  it('keeps of a removed skill only that it was removed', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
    await skills.apply(id, succeed)
    await skills.remove(id)
    await skills.close()
    const keys = await Array.fromAsync(store.section('skills').entries(), ([key]) => String(key))
    assert.deepEqual(keys, [`x/${id}`])
  })

  it('acknowledges nothing that it could not write, and changes nothing', async () => {
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

  it('reports counts that could not be published with the next ones', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
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

  it('writes what it could not write of a skill before a removal that failed too', async () => {
    await skills.add(skill, provenance)
    failing.failNext('skills')
    await assert.rejects(
      skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1)),
      failed
    )
    failing.failNext('skills')
    await assert.rejects(skills.remove(id), failed)
    const stored = async (): Promise<SkillStatus | undefined> =>
      (await SkillStore.open({ store, now: () => 0 })).get(id)?.lifecycle.status
    while ((await stored()) !== 'experimental') await nextTurn()
  })

  it('adds a skill again once what it could not write of it is written', async () => {
    await skills.add(skill, provenance)
    failing.failNext('skills')
    await assert.rejects(
      skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1)),
      failed
    )
    failing.failNext('skills')
    await assert.rejects(skills.add(skill, provenance), failed)
    assert.equal(await skills.add(skill, provenance), false)
    const again = await SkillStore.open({ store, now: () => 0 })
    assert.equal(again.get(id)?.lifecycle.status, 'experimental')
  })

  it('notes an agent that adds the skill again after a note that failed', async () => {
    await skills.add(skill, provenance, 'ada')
    failing.failNext('skills')
    await assert.rejects(skills.add(skill, provenance, 'bob'), failed)
    assert.equal(await skills.add(skill, provenance, 'bob'), false)
    const again = await SkillStore.open({ store, now: () => 0 })
    assert.deepEqual(again.get(id)?.agents, ['ada', 'bob'])
  })

  it('syncs an outcome again where the sync a second later failed', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
    await skills.apply(id, succeed)
    failing.failNext('skills')
    while (failing.writes.at(-1)?.sync !== true) await nextTurn()
  })

  it('leaves nothing of a removed skill that could not be written before, and counts its runs once', async () => {
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
    const again = await SkillStore.open({ store, now: () => 0 })
    assert.ok(again.isReported(id, 'one'))
    await again.add(skill, provenance)
    assert.deepEqual(await again.failures(0, id), [])
  })

  it('writes nothing of a removed skill over the one that came back', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
    await skills.apply(id, succeed, { receipt })
    const refused = new Error('no space left')
    const comeBack = async (): Promise<void> => {
      await skills.remove(id)
      await skills.add(skill, provenance)
      throw refused
    }
    await assert.rejects(skills.report(id, 1, comeBack), refused)
    await skills.close()
    const again = await SkillStore.open({ store, now: () => 0 })
    assert.equal(again.get(id)?.lifecycle.status, 'sandbox')
  })

  it('adds a skill that is removed and added at the same time', async () => {
    await skills.add(skill, provenance)
    const added = [skills.add(skill, provenance), skills.remove(id)]
    added.push(skills.add(skill, provenance), skills.add(skill, provenance))
    assert.deepEqual(await Promise.all(added), [false, undefined, true, false])
    const again = await SkillStore.open({ store, now: () => 0 })
    assert.deepEqual(again.get(id)?.skill, skills.get(id)?.skill)
  })

  it('ends a run that is no evidence on disk too', async () => {
    await skills.add(skill, provenance)
    skills.begin(id, { run: 'one', at: 0 })
    await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
    skills.withdraw(id, 'one')
    await skills.close()
    const again = await SkillStore.open({ store, now: () => 0 })
    assert.deepEqual(again.get(id)?.lifecycle.uses.waiting, [])
  })

  it('has the latest authors of false receipts after a start as before', async () => {
    const lies = await FalseReceipts.open(store)
    const authors = ['a', 'b', 'a'].map((digit) => digit.repeat(64))
    for (const [i, author] of authors.entries()) {
      const said = { input: displayText('1'), claimed: 'x', gave: 'y' }
      await lies.add({ author, skill: id, ...said, at: new Date(i) })
    }
    for (const each of [lies, await FalseReceipts.open(store)]) {
      assert.deepEqual(each.latestAuthors(1), authors.slice(-1))
    }
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
    await assert.rejects(
      skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1)),
      failed
    )
    assert.deepEqual(await syncsOf(() => skills.apply(other.id, withTrials)), [true])
    const again = await SkillStore.open({ store, now: () => 0 })
    assert.equal(again.get(id)?.lifecycle.status, 'experimental')
    assert.equal((await again.history(id)).length, 1)
  })

  it('counts a run once, also if its first report could not be written', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
    const report = (): Promise<unknown> => skills.apply(id, succeed, { run: 'one' })
    failing.failNext('skills')
    await assert.rejects(report(), failed)
    await Promise.all([report(), report()])
    assert.equal(skills.get(id)?.lifecycle.counts.trials, 1)
    const again = await SkillStore.open({ store, now: () => 0 })
    await again.apply(id, succeed, { run: 'one' })
    assert.equal(again.get(id)?.lifecycle.counts.trials, 1)
  })

  it('counts the outcome of an expired run no more', async () => {
    await skills.add(skill, provenance)
    await skills.apply(id, (lifecycle) => afterTests(lifecycle, 1, 1))
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
