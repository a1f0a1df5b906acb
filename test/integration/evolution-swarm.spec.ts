import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { once } from 'node:events'
import { createHive } from '../../src/index.ts'
import { SOLVER, solve } from '../fixtures/evolving-agent.ts'
import { randomOf } from '../fixtures/random.ts'
import type { Agent, HiveNode } from '../../src/index.ts'

const GOOD = { do: 'choose-option', trait: 'strategy', option: 'good' } as const
const BAD = { do: 'choose-option', trait: 'strategy', option: 'bad' } as const

function open(bootstrap: readonly string[]): Promise<HiveNode> {
  return createHive({
    evolution: { interval: 0 },
    swarm: { listen: ['/ip4/127.0.0.1/tcp/0'], bootstrap: [...bootstrap], k: 1, stem: false }
  })
}

async function solver(db: HiveNode): Promise<Agent> {
  return db.agents.create('solver', { persona: SOLVER })
}

describe('rules of personas in a swarm', () => {
  it('make the agent of another node better, and are dropped where they do not hold', async () => {
    await using teacher = await open([])
    await using liar = await open(teacher.multiaddrs)
    await using learner = await open(teacher.multiaddrs)
    await Promise.all(
      [liar, learner].map(async (db) => {
        if (db.status.peers.length === 0) await once(db, 'peer:connect')
      })
    )

    const first = await solver(teacher)
    const random = randomOf(1)
    await solve(first, 40, random)
    await first.cortex.evolution.mutate(GOOD)
    await solve(first, 30, random)
    assert.equal((await first.cortex.evolution.advance()).rules, 1)
    const report = await first.cortex.hive.broadcastKnowledge()
    assert.deepEqual([report.promoted, report.withheld], [1, []])

    // A false rule, with a text that is no text of the persona.
    await liar.agent.cortex.knowledge.distill(
      'persona trait strategy',
      'All experts agree on guessing.',
      0.99,
      { attribute: 'better for all', value: 'bad', tags: ['persona-rule'] }
    )
    await liar.agent.cortex.hive.broadcastKnowledge()
    await learner.agent.cortex.hive.synchronize()
    await teacher.agent.cortex.hive.synchronize()
    await learner.agent.cortex.hive.synchronize()

    const second = await solver(learner)
    const { evolution, hive } = second.cortex
    await solve(second, 40, random)
    const before = await second.persona.prompt()
    const tried = (await evolution.propose()).filter(({ source }) => source === 'hive')
    const proposed = tried.map(({ mutation }) => mutation)
    // One of a trait at a time: the other one follows when it does not hold.
    assert.equal(proposed.length, 1)
    assert.ok([BAD, GOOD].some((each) => isDeepStrictEqual(each, proposed[0])))
    for (let step = 0; step < 12; step++) {
      await evolution.advance()
      await solve(second, 12, random)
    }
    const strategy = (await second.persona.get())?.traits['strategy']
    assert.equal(strategy?.value, 'good')
    const after = await second.persona.prompt()
    assert.ok(!before.text.includes('Compare numbers.') && after.text.includes('Compare numbers.'))
    assert.ok(!after.text.includes('experts'))
    const history = await evolution.getMutationHistory()
    const kept = history.filter(({ status, source }) => status === 'kept' && source === 'hive')
    assert.deepEqual(
      kept.map(({ mutation }) => mutation),
      [GOOD]
    )
    const rules = await hive.getGlobalInsights({ tags: ['persona-rule'], state: 'released' })
    assert.ok(rules.some(({ value, corroboration }) => value === 'good' && corroboration >= 1))
  }).timeout(60_000)
})
