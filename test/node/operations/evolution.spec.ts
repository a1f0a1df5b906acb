import assert from 'node:assert/strict'
import { z } from 'zod'
import { createHive } from '../../../src/index.ts'
import { MutationProposal, Trial } from '../../../node/operations/shapes/evolution.ts'
import { SOLVER, solve } from '../../fixtures/evolving-agent.ts'
import { randomOf } from '../../fixtures/random.ts'
import { textOf } from '../../src/personas/personas.ts'

const TOGETHER = {
  do: 'combine',
  parts: [
    { do: 'choose-option', trait: 'strategy', option: 'bad' },
    { do: 'set-flag', trait: 'terse', value: true }
  ]
} as const

describe('rules of the hive that are tried together', () => {
  it('have the documented shape, and leave nothing once they are taken back', async () => {
    await using db = await createHive({ swarm: false })
    const { knowledge, hive } = db.agent.cortex
    for (const [trait, value] of [
      ['strategy', 'bad'],
      ['terse', 'true']
    ] as const) {
      const claim = { attribute: 'better for all', value, tags: ['persona-rule'] }
      await knowledge.distill(`persona trait ${trait}`, `"${value}" is better.`, 0.99, claim)
    }
    await hive.broadcastKnowledge()
    const agent = await db.agents.create('solver', { persona: SOLVER })
    const { evolution } = agent.cortex
    const random = randomOf(2)
    const before = textOf(await agent.persona.get())
    await solve(agent, 40, random)
    const [proposed] = z.array(MutationProposal).parse(await evolution.propose())
    assert.equal(proposed?.source, 'hive')
    const { mutation } = proposed
    assert.ok(mutation.do === 'combine')
    const names = mutation.parts.map((part) => ('trait' in part ? part.trait : '')).toSorted()
    assert.deepEqual(names, ['strategy', 'terse'])
    assert.deepEqual(new Set(mutation.parts), new Set(TOGETHER.parts))

    await evolution.advance()
    assert.notEqual(textOf(await agent.persona.get()), before)
    await solve(agent, 20, random)
    const { settled } = await evolution.advance()
    assert.equal(settled.status, 'inverted')
    const history = await evolution.getMutationHistory()
    const first = history.find(({ number }) => number === 0)
    assert.deepEqual([first?.mutation.do, first?.reason], ['combine', 'worse'])
    await evolution.rollbackToLastStable()
    assert.equal(textOf(await agent.persona.get()), before)
    const [next] = await evolution.propose()
    assert.notEqual(next?.source, 'hive')
  })

  it('are a trial of the documented shape', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await db.agents.create('solver', { persona: SOLVER })
    await agent.cortex.evolution.mutate(TOGETHER)
    const wire = JSON.stringify(await agent.cortex.evolution.getMutationHistory())
    const [trial] = z.array(Trial).parse(JSON.parse(wire))
    assert.deepEqual(trial?.mutation, TOGETHER)
  })
})
