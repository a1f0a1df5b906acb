import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openStore } from '../../../crdt/index.ts'
import { createHive, HiveError, ModelError, scriptedProvider } from '../../../src/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { HiveInit, HiveNode, ModelsInit } from '../../../src/index.ts'

const WHY = { why: 'On trial.' } as const
const NOON = Date.UTC(2026, 10, 28, 12)
const HOUR = 3_600_000
const LIMIT = { code: 'LIMIT_EXCEEDED' } as const
const usage = { input: 10, cacheRead: 0, cacheWrite: 0, output: 5 }
const MODELS: ModelsInit = {
  providers: { f: scriptedProvider('f', () => ({ text: 'ok', usage })) },
  tiers: { fast: ['f/one'] }
}
const ask = { task: 'summarise', messages: [{ role: 'user' as const, content: 'Sum up.' }] }

function open(options: Partial<HiveInit> = {}): Promise<HiveNode> {
  return createHive({ swarm: false, upkeep: false, clock: { now: () => NOON }, ...options })
}

function facts(count: number, from = 0): { entity: string; content: string; confidence: number }[] {
  return Array.from({ length: count }, (_, i) => {
    return { entity: `entity ${from + i}`, content: `Statement ${from + i}.`, confidence: 0.9 }
  })
}

describe('limits of an agent', () => {
  it('bound its facts exactly, however many are distilled at once', async () => {
    await using db = await open()
    const scout = db.agents.create('scout')
    const { governor } = db.agent.cortex
    await governor.setLimits('scout', { facts: 50, factsPerDay: 70 }, WHY)
    const store = (each: ReturnType<typeof facts>): Promise<PromiseSettledResult<unknown>[]> =>
      Promise.allSettled(
        each.map(({ entity, content }) =>
          scout.cortex.knowledge.distill(entity, content, 0.9, { enableBloomHeuristic: true })
        )
      )
    await store(facts(30))
    const second = await store(facts(60))
    assert.equal(second.filter(({ status }) => status === 'rejected').length, 10)
    assert.equal(governor.use('scout').used.facts, 50)
    const refused = second.find((each) => each.status === 'rejected')?.reason
    assert.ok(refused instanceof HiveError && refused.code === 'LIMIT_EXCEEDED')
    assert.match(refused.message, /"scout" is limited to 50 facts, and has 50/)
    assert.equal((await db.agent.cortex.knowledge.distill('x', 'Of another.', 0.9)).status, 'new')
    // The day counts what was new, and forgetting gives nothing back to it.
    for (const { entity, content, confidence } of facts(25)) {
      const id = scout.cortex.knowledge.identify({ entity, content, confidence })
      assert.ok((await scout.cortex.knowledge.forget(id)).forgotten)
    }
    assert.deepEqual(
      [governor.use('scout').used.facts, governor.use('scout').used.factsPerDay],
      [25, 50]
    )
    const report = await scout.cortex.knowledge.distillMany(facts(40, 100))
    assert.deepEqual([report.new, report.rejected.length], [20, 20])
    assert.match(report.rejected[0]?.reason ?? '', /70 new facts a day.*2026-11-29T00:00:00.000Z/)
  })

  it('count a fact on its way to disk once', async () => {
    await using directory = await temporaryDirectory()
    await using db = await open({ dataDir: directory.path })
    const { governor, knowledge } = db.agent.cortex
    await governor.setLimits('default', { facts: 300, factsPerDay: 300 }, WHY)
    const stored: Promise<unknown>[] = []
    for (const { entity, content } of facts(300)) {
      stored.push(knowledge.distill(entity, content, 0.9, { enableBloomHeuristic: true }))
      await nextTurn()
    }
    await Promise.all(stored)
    await assert.rejects(knowledge.distill('more', 'One more.', 0.9), LIMIT)
  })

  it('end with the day, and count what was before they were set', async () => {
    let time = NOON
    await using db = await open({ clock: { now: () => time }, models: MODELS })
    const { governor, knowledge, models, capabilities } = db.agent.cortex
    const { id } = await capabilities.registerCapability({
      name: 'text-length',
      description: 'Counts the units of a text.',
      kind: 'code',
      source: 'export default (text) => text.length',
      tests: [{ input: 'four', output: 4 }]
    })
    await knowledge.distill('a', 'First.', 0.9)
    await models.generate(ask)
    await capabilities.invoke(id, 'a')
    const each = { factsPerDay: 1, modelCallsPerDay: 1, skillRunsPerDay: 2 }
    await governor.setLimits('default', each, WHY)
    const calls = [
      () => knowledge.distill('b', 'Second.', 0.9),
      () => capabilities.invoke(id, 'b'),
      () => capabilities.test(id),
      () => capabilities.beginRun(id)
    ]
    for (const call of calls) await assert.rejects(call(), LIMIT)
    await assert.rejects(models.generate(ask), (error) => {
      assert.ok(error instanceof ModelError && error.code === 'BUDGET_EXCEEDED')
      assert.match(error.message, /"default" for the day.*1 of 1 calls.*2026-11-29T00:00:00.000Z/)
      return true
    })
    assert.deepEqual(governor.use('default').used, {
      usdPerDay: '0',
      tokensPerDay: 15,
      modelCallsPerDay: 1,
      facts: 1,
      factsPerDay: 1,
      skillRunsPerDay: 2
    })
    time += 12 * HOUR
    assert.equal((await knowledge.distill('b', 'Second.', 0.9)).status, 'new')
    assert.equal((await models.generate(ask)).text, 'ok')
    assert.equal((await capabilities.invoke(id, 'b')).output, 1)
    assert.deepEqual(governor.use('default').endsAt, new Date(Date.UTC(2026, 10, 30)))
  })

  it('of money and tokens reserve the worst case, and follow each change', async () => {
    await using db = await open({ models: MODELS })
    const { governor, models } = db.agent.cortex
    await governor.setLimits('default', { tokensPerDay: 1 }, WHY)
    await assert.rejects(models.generate(ask), { code: 'BUDGET_EXCEEDED' })
    await governor.setLimits('default', { tokensPerDay: 1_000_000 }, WHY)
    await models.generate(ask)
    await governor.setLimits('default', { tokensPerDay: null, usdPerDay: '0.5' }, WHY)
    await assert.rejects(models.generate(ask), { code: 'PRICE_UNKNOWN' })
    await governor.setLimits('default', { usdPerDay: null }, WHY)
    await models.generate(ask)
    assert.deepEqual(governor.limits('default'), {})
    assert.equal(governor.use('default').used.tokensPerDay, 30)
  })

  it('bound calls of models at once: a later call waits for those that are open', async () => {
    const gate = Promise.withResolvers<void>()
    let requests = 0
    const slow = scriptedProvider('f', async () => {
      requests += 1
      await gate.promise
      return { text: 'ok', usage }
    })
    const models: ModelsInit = { providers: { f: slow }, tiers: { fast: ['f/one'] } }
    await using db = await open({ models })
    await db.agent.cortex.governor.setLimits('default', { modelCallsPerDay: 2 }, WHY)
    const asked = [1, 2, 3, 4].map(() => db.agent.cortex.models.generate({ ...ask, cache: false }))
    const settled = Promise.allSettled(asked)
    gate.resolve()
    const outcomes = (await settled).map(({ status }) => status)
    assert.equal(outcomes.filter((status) => status === 'fulfilled').length, 2)
    assert.equal(requests, 2)
  })

  it('have their counts after a restart, as a store of an earlier version has', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path }
    {
      await using db = await open(options)
      await db.agents.create('scout').cortex.knowledge.distillMany(facts(7))
      await db.agent.cortex.knowledge.distillMany(facts(3, 10))
    }
    {
      await using db = await open(options)
      const { governor } = db.agent.cortex
      assert.deepEqual(
        ['scout', 'default'].map((name) => governor.use(name).used.facts),
        [7, 3]
      )
      assert.equal(governor.use('scout').used.factsPerDay, 7)
    }
    {
      const store = await openStore(join(directory.path, 'store'))
      await store.commit([store.section('fact-totals').del(Buffer.from('a/scout'))])
      await store.close()
    }
    await using db = await open(options)
    assert.equal(db.agent.cortex.governor.use('scout').used.facts, 7)
  })

  it('cost no fsync: a run under a limit is written without one', async () => {
    const { database, writes, failNext } = failingDatabase()
    await using db = await open({ store: database })
    const { governor, capabilities } = db.agent.cortex
    await governor.setLimits('default', { skillRunsPerDay: 2 }, WHY)
    const from = writes.length
    const of = (section: string): boolean[] =>
      writes.slice(from).flatMap(({ sections, sync }) => (sections.has(section) ? [sync] : []))
    const { id } = await capabilities.registerCapability({
      name: 'text-double',
      description: 'Repeats a text.',
      kind: 'code',
      source: 'export default (text) => text + text',
      tests: [{ input: 'a', output: 'aa' }]
    })
    assert.deepEqual(of('governance'), [false])
    failNext('governance')
    await assert.rejects(capabilities.invoke(id, 'a'), { code: 'STORE_WRITE_FAILED' })
    assert.equal(governor.use('default').used.skillRunsPerDay, 1)
    assert.equal((await capabilities.invoke(id, 'a')).output, 'aa')
    await assert.rejects(capabilities.invoke(id, 'a'), LIMIT)
  })
})
