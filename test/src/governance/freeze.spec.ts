import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Level } from 'level'
import { createHive, HiveError } from '../../../src/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { AUDITOR } from '../personas/personas.ts'
import type { Agent, SkillInit } from '../../../src/index.ts'

const FROZEN = { code: 'AGENT_FROZEN' } as const
const WHY = { why: 'It repeats a wrong claim.' } as const
const SKILL: SkillInit = {
  name: 'text-length',
  description: 'Counts the units of a text.',
  kind: 'code',
  source: 'export default (text) => text.length',
  tests: [{ input: 'four', output: 4 }]
}

/** Calls that store, publish, call models or run skills, by name. */
function actions(
  agent: Agent,
  { skill, fact, goal }: Readonly<Record<'fact' | 'goal' | 'skill', string>>
): Record<string, () => Promise<unknown>> {
  const { knowledge, hive, models, capabilities } = agent.cortex
  const messages = [{ role: 'user' as const, content: 'Summarise: it is slow.' }]
  const task = { task: 'summarise', messages }
  const item = { entity: 'b', content: 'Another fact.', confidence: 0.9 }
  return {
    distill: () => knowledge.distill('a', 'A new fact.', 0.9),
    learn: () => knowledge.learn({ summary: 'A lesson', detail: 'It holds.' }),
    distillMany: () => knowledge.distillMany([item]),
    import: () => knowledge.import([item]),
    broadcast: () => hive.broadcastKnowledge(),
    promote: () => hive.promoteToGlobalStore(fact),
    vouch: () => hive.vouch(fact),
    dispute: () => hive.dispute(fact),
    stale: () => hive.stale(fact),
    addGoal: () => hive.goals.add({ title: 'Ship it' }),
    decompose: () => hive.goals.decompose(goal, [{ title: 'Test it' }]),
    goalStatus: () => hive.goals.status(goal, 'achieved'),
    attach: () => hive.goals.attach(goal, fact),
    editPlaybook: () => hive.goals.playbook(goal).insert(0, { title: 'Check' }),
    publishSkill: () => hive.skills.publish(skill),
    adoptSkill: () => hive.skills.adopt(skill),
    reportSkills: () => hive.skills.report(),
    generate: () => models.generate(task),
    stream: async () => Array.fromAsync(models.stream(task)),
    embed: () => models.embed({ texts: ['a'] }),
    invoke: () => capabilities.invoke(skill, 'a text'),
    test: () => capabilities.test(skill),
    begin: () => capabilities.beginRun(skill),
    record: () => capabilities.recordOutcome(skill, { ok: true }),
    register: () => capabilities.registerCapability(SKILL),
    discover: () => capabilities.discoverAndSynthesize(),
    mutate: () => agent.persona.apply({ do: 'set-flag', trait: 't2', value: true })
  }
}

describe('a frozen agent', () => {
  it('can read, and neither store, publish, call models, run skills nor be mutated', async () => {
    await using db = await createHive({ swarm: false, upkeep: false })
    const agent = await db.agents.create('scout', { persona: AUDITOR })
    const { knowledge, capabilities, governor, hive } = agent.cortex
    const { id } = await knowledge.distill('CSS gap', 'Works in flex containers.', 0.95)
    const skill = await capabilities.registerCapability(SKILL)
    const goal = await hive.goals.add({ title: 'Support gap everywhere' })
    const change = await governor.freeze('scout', { ...WHY, by: 'Ada' })
    assert.deepEqual([change.did, change.frozen, change.by], ['freeze', true, 'Ada'])
    assert.ok(governor.isFrozen('scout') && !governor.isFrozen('default'))
    for (const [name, act] of Object.entries(
      actions(agent, { skill: skill.id, fact: id, goal: goal.id })
    )) {
      const isRefused = (error: unknown): boolean => {
        assert.ok(error instanceof HiveError && error.code === 'AGENT_FROZEN', name)
        assert.match(error.message, /repeats a wrong claim.*unfreeze/)
        return true
      }
      await assert.rejects(async () => act(), isRefused, name)
    }
    assert.equal((await knowledge.recall('gap', { maxWait: Infinity })).items.length, 1)
    assert.equal((await knowledge.get(id))?.id, id)
    assert.equal((await capabilities.list()).length, 1)
    assert.ok((await agent.persona.prompt()).text.length > 0)
    await agent.persona.edit({ goal: 'Mended by a person.' })
    await governor.unfreeze('scout', { why: 'Mended.' })
    assert.equal((await knowledge.distill('a', 'A new fact.', 0.9)).status, 'new')
    assert.equal((await capabilities.invoke(skill.id, 'four')).output, 4)
  })

  it('does not stop other agents, which do not publish its facts', async () => {
    await using db = await createHive({ swarm: false, upkeep: false })
    const scout = db.agents.create('scout')
    const { knowledge, hive, governor } = db.agent.cortex
    const { id } = await scout.cortex.knowledge.distill('moon', 'It is made of cheese.', 0.95)
    await knowledge.distill('sun', 'It is a star.', 0.95)
    await governor.freeze('scout', WHY)
    assert.equal((await hive.broadcastKnowledge()).promoted, 1)
    await assert.rejects(hive.promoteToGlobalStore(id), { code: 'WITHHELD' })
    await governor.unfreeze('scout', WHY)
    assert.equal((await hive.broadcastKnowledge()).promoted, 1)
  })

  it('is frozen after a restart, with its reasons, the latest first', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path, swarm: false } as const
    {
      await using db = await createHive(options)
      const { governor } = db.agent.cortex
      await governor.setLimits('scout', { facts: 5 }, { why: 'On trial.' })
      await governor.freeze('scout', WHY)
    }
    await using db = await createHive(options)
    const { governor } = db.agent.cortex
    assert.deepEqual(governor.frozen(), ['scout'])
    assert.deepEqual(governor.limits('scout'), { facts: 5 })
    const history = await governor.history('scout')
    assert.deepEqual(
      history.map(({ number, did, why }) => [number, did, why]),
      [
        [2, 'freeze', WHY.why],
        [1, 'limit', 'On trial.']
      ]
    )
    const scout = db.agents.create('scout')
    await assert.rejects(scout.cortex.knowledge.distill('a', 'A fact.', 0.9), FROZEN)
  })

  it('is frozen after damage to all that the store has of it, and can be unfrozen', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path, swarm: false, upkeep: false } as const
    {
      await using db = await createHive(options)
      const { governor } = db.agent.cortex
      await governor.setLimits('scout', { facts: 5 }, { why: 'On trial.' })
      await governor.freeze('scout', WHY)
    }
    const store = join(directory.path, 'store')
    assert.equal(await damage(store, ['!governance!h/', '!agent-rules!']), 3)
    {
      await using db = await createHive(options)
      const { governor } = db.agent.cortex
      assert.deepEqual(governor.frozen(), ['scout'])
      assert.deepEqual(governor.limits('scout'), { facts: 5 })
      assert.equal((await governor.unfreeze('scout', WHY)).number, 3)
    }
    await using db = await createHive(options)
    assert.deepEqual(db.agent.cortex.governor.frozen(), [])
    assert.deepEqual(db.agent.cortex.governor.limits('scout'), { facts: 5 })
  })

  it('is not frozen if the freeze cannot be stored', async () => {
    const { database, failNext } = failingDatabase()
    await using db = await createHive({ swarm: false, store: database, upkeep: false })
    const { governor, knowledge } = db.agent.cortex
    failNext('governance')
    await assert.rejects(governor.freeze('default', WHY), { code: 'STORE_WRITE_FAILED' })
    assert.equal(governor.isFrozen('default'), false)
    assert.equal((await knowledge.distill('a', 'A fact.', 0.9)).status, 'new')
    await assert.rejects(governor.freeze('a b', WHY), { code: 'ARGUMENT_INVALID' })
    await assert.rejects(governor.freeze('scout', { why: '' }), { code: 'ARGUMENT_INVALID' })
  })

  it('has the latest 100 changes', async () => {
    await using db = await createHive({ swarm: false, upkeep: false })
    const { governor } = db.agent.cortex
    for (let facts = 1; facts <= 103; facts++) {
      await governor.setLimits('scout', { facts }, { why: `${facts}` })
    }
    const history = await governor.history('scout')
    assert.deepEqual([history.length, history[0]?.number, history.at(-1)?.number], [100, 103, 4])
    const removed = await governor.setLimits('scout', { facts: null }, { why: 'Trusted.' })
    assert.deepEqual(removed.limits, {})
  })
})

/** Makes all values under the prefixes unreadable; resolves to their number. */
async function damage(path: string, prefixes: readonly string[]): Promise<number> {
  await using raw = new Level<Uint8Array, Uint8Array>(path, {
    keyEncoding: 'view',
    valueEncoding: 'view'
  })
  const keys = await Array.fromAsync(raw.keys())
  const found = keys.filter((key) =>
    prefixes.some((prefix) => Buffer.from(key).toString('latin1').startsWith(prefix))
  )
  for (const key of found) await raw.put(key, new Uint8Array(12))
  return found.length
}
