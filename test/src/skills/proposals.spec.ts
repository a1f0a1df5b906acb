import assert from 'node:assert/strict'
import { createHive } from 'noormme-hive'
import { ModelServer } from '../../fixtures/model-server.ts'
import { servedModels } from '../../fixtures/served-models.ts'
import type { HiveNode, SkillInit } from 'noormme-hive'
import type { WireBody } from '../../fixtures/model-server.ts'

/** Small changes of this one do not help. */
const SUM: SkillInit = {
  name: 'sum',
  description: 'Adds numbers in words.',
  kind: 'code',
  source:
    "export default (text) => { if (!/^[0-9 ]*$/.test(text)) throw new Error('no numbers'); return eval(text.split(' ').join('+')) }",
  outputSchema: { type: 'number' },
  tests: [{ input: '1 2 3', output: 6 }]
}

const LENGTH: SkillInit = {
  name: 'length',
  description: 'Counts letters.',
  kind: 'code',
  source: "export default (text) => { if (text === 'tree') throw new Error('no tree'); return 4 }",
  outputSchema: { type: 'number' },
  tests: [{ input: 'four', output: 4 }]
}

const GOOD_SUM =
  "export default (text) => text.split(' ').reduce((sum, word) => sum + (Number(word) || ['zero', 'one', 'two'].indexOf(word)), 0)"
const GOOD_LENGTH = 'export default (text) => text.length'

describe('what models propose for skills that fail', function () {
  this.timeout(60_000)

  async function fail(db: HiveNode, init: SkillInit, input: string): Promise<string> {
    const { id } = await db.agent.cortex.capabilities.registerCapability(init)
    await assert.rejects(db.agent.cortex.capabilities.invoke(id, input), { code: 'SKILL_THREW' })
    return id
  }

  /** The name of the model in each request, and what was asked of it. */
  function asked({ bodies }: ModelServer): string[][] {
    return bodies.map((body) => {
      const text = JSON.stringify(body)
      const names = ['no numbers', 'no tree'].filter((name) => text.includes(name))
      return [body.model, /redesign a skill/.test(text) ? 'redesign' : 'repair', ...names]
    })
  }

  function answerOf(
    fast: readonly object[],
    premium: readonly object[]
  ): (body: WireBody) => string {
    return ({ model }) => JSON.stringify({ proposals: model === 'small' ? fast : premium })
  }

  it('comes in one request of the fast tier for many, and of the premium tier where that does not help', async () => {
    await using server = await ModelServer.start({
      answer: answerOf(
        [
          { skill: 0, source: 'no module', how: 'broken' },
          { skill: 1, source: 'no module', how: 'broken' },
          { skill: 0, source: GOOD_LENGTH, how: 'counts' },
          { skill: 1, source: GOOD_LENGTH, how: 'counts' },
          { skill: 7, source: GOOD_LENGTH, how: 'was not asked' }
        ],
        [{ source: GOOD_SUM, how: 'knows words' }]
      )
    })
    await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
    const length = await fail(db, LENGTH, 'tree')
    const sum = await fail(db, SUM, 'one two')
    const { synthesized, unrepaired } = await db.agent.cortex.capabilities.discoverAndSynthesize()
    assert.deepEqual(unrepaired, [])
    assert.deepEqual(asked(server), [
      ['small', 'repair', 'no numbers', 'no tree'],
      ['large', 'redesign', 'no numbers']
    ])
    const made = synthesized
      .map(({ parent, how, redesigned }) => ({ parent, how, redesigned }))
      .toSorted((one, other) => Number(one.redesigned) - Number(other.redesigned))
    assert.deepEqual(made, [
      { parent: length, how: ['counts'], redesigned: false },
      { parent: sum, how: ['knows words'], redesigned: true }
    ])
    const { rows } = db.agent.cortex.models.usage()
    const tasks = new Set(rows.map(({ task, model }) => `${task} ${model}`))
    assert.deepEqual(tasks, new Set(['redesign a/large', 'synthesise a/small']))
  })

  it('stays in the sandbox where it breaks a test, and many skills take few requests', async () => {
    await using server = await ModelServer.start({
      answer: answerOf([], [{ source: 'export default () => 0', how: 'gives up' }])
    })
    await using db = await createHive({ swarm: false, models: servedModels(server.origin) })
    for (let i = 0; i < 9; i++) await fail(db, { ...SUM, description: `Sum ${i}` }, 'one two')
    const report = await db.agent.cortex.capabilities.discoverAndSynthesize()
    assert.deepEqual([report.synthesized.length, report.unrepaired.length], [0, 9])
    const kinds = asked(server).map(([model, what]) => `${model} ${what}`)
    assert.deepEqual(kinds.toSorted(), [
      ...Array.from({ length: 9 }, () => 'large redesign'),
      'small repair',
      'small repair'
    ])
    assert.equal((await db.agent.cortex.capabilities.list()).length, 9)
  })

  it('is not asked for beyond a budget: mutations need none', async () => {
    await using server = await ModelServer.start({ answer: answerOf([], []) })
    const budgets = { node: { day: { usd: '0.000001' } } }
    const models = servedModels(server.origin, server.origin, { budgets })
    await using db = await createHive({ swarm: false, models })
    await fail(db, { ...LENGTH, source: SUM.source ?? '', tests: SUM.tests }, '1 2,')
    const { unrepaired } = await db.agent.cortex.capabilities.discoverAndSynthesize()
    assert.equal(unrepaired.length, 1)
    assert.equal(server.requests, 0)
  })
})
