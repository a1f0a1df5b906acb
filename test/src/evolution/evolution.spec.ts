import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import { SOLVER, solve } from '../../fixtures/evolving-agent.ts'
import { randomOf } from '../../fixtures/random.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { textOf } from '../personas/personas.ts'
import type { Agent, HiveNode } from '../../../src/index.ts'

const GOOD = { do: 'choose-option', trait: 'strategy', option: 'good' } as const
const BAD = { do: 'choose-option', trait: 'strategy', option: 'bad' } as const
const TERSE = { do: 'set-flag', trait: 'terse', value: true } as const

/** Two flags more, so that rules can be combined whatever is on trial. */
const WIDE = {
  terse: { kind: 'flag', value: false, on: 'Answer briefly.' },
  brief: { kind: 'flag', value: false, on: 'Write short words.' }
} as const

/** Rules of this node, which it releases since it vouches for them. */
async function publishRules(agent: Agent, rules: Readonly<Record<string, string>>): Promise<void> {
  const { knowledge, hive } = agent.cortex
  for (const [trait, value] of Object.entries(rules)) {
    await knowledge.distill(`persona trait ${trait}`, `"${value}" is better.`, 0.95, {
      attribute: 'better for all',
      value,
      tags: ['persona-rule']
    })
  }
  await hive.broadcastKnowledge()
}

/** Sessions that succeed, 1, or fail, 0. */
async function end(agent: Agent, outcomes: string): Promise<void> {
  for (const each of outcomes) {
    const session = await agent.session({ task: 'solve' })
    await session.end({ outcome: each === '1' ? 'success' : 'failure' })
  }
}

async function solver(db: HiveNode, name = 'solver'): Promise<Agent> {
  return db.agents.create(name, { persona: SOLVER })
}

describe('the evolution of a persona', () => {
  it('keeps a mutation that is better, and stores what it showed as a fact', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution, knowledge } = agent.cortex
    const random = randomOf(1)
    await solve(agent, 40, random)
    const trial = await evolution.mutate(GOOD, { why: 'numbers' })
    assert.deepEqual([trial.status, trial.source, trial.version], ['running', 'person', 2])
    await solve(agent, 30, random)
    const settled = await evolution.settle()
    assert.equal(settled.status, 'kept')
    const [kept] = await evolution.getMutationHistory()
    assert.deepEqual([kept?.status, kept?.reason, kept?.task], ['kept', 'better', undefined])
    assert.ok((kept?.probability ?? 0) >= 0.93)
    const { baseline, trial: running } = await evolution.state()
    // Outcomes of a window were chosen for being good: they are no baseline.
    assert.deepEqual([baseline.trials, running], [0, undefined])
    const { settled: none, ...step } = await evolution.advance()
    assert.deepEqual([none.status, step], ['idle', { rules: 1, waits: 'baseline' }])
    assert.equal((await evolution.advance()).rules, 0)
    const [rule] = (await knowledge.recall('persona trait strategy')).items
    assert.equal(
      rule?.fact.content,
      'Agents succeed more often with the trait "strategy" at "good".'
    )
    assert.ok((rule?.fact.confidence ?? 0) >= 0.9)
  })

  it('takes a harmful mutation back byte by byte, and does not propose it again', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution } = agent.cortex
    const random = randomOf(2)
    const before = textOf(await agent.persona.get())
    await solve(agent, 40, random)
    await evolution.mutate(BAD)
    await solve(agent, 60, random)
    const settled = await evolution.settle()
    assert.deepEqual(
      [settled.status, settled.status === 'inverted' && settled.trial.reason],
      ['inverted', 'worse']
    )
    assert.equal(textOf(await agent.persona.get()), before)
    const proposed = (await evolution.propose({ limit: 100 })).map(({ mutation }) => mutation)
    assert.deepEqual(
      proposed.toSorted((a, b) => (a.do < b.do ? -1 : 1)),
      [GOOD, TERSE]
    )
    // It rests, and outcomes of the persona before and after the window are one baseline.
    assert.equal((await evolution.advance()).waits, 'baseline')
    await solve(agent, 5, random)
    assert.equal((await evolution.state()).baseline.trials, 45)
    assert.ok((await evolution.advance()).started)
  })

  it('has one mutation at a time, and none without a persona', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    await agent.cortex.evolution.mutate(GOOD)
    await assert.rejects(agent.cortex.evolution.mutate(TERSE), { code: 'TRIAL_RUNNING' })
    assert.equal(await agent.persona.version(), 2)
    const misfit = { do: 'set-flag', trait: 'strategy', value: true } as const
    await agent.cortex.evolution.rollbackToLastStable()
    await assert.rejects(agent.cortex.evolution.mutate(misfit), { code: 'MUTATION_INVALID' })
    await assert.rejects(db.agent.cortex.evolution.mutate(GOOD), { code: 'PERSONA_UNKNOWN' })
    await assert.rejects(db.agent.cortex.evolution.propose(), { code: 'PERSONA_UNKNOWN' })
    assert.deepEqual(await db.agent.cortex.evolution.settle(), { status: 'idle' })
  })

  it('keeps what a person edited within a window, and takes only the mutation back', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution } = agent.cortex
    await evolution.mutate(BAD)
    await agent.persona.edit({ goal: 'Solve all of them.' })
    const settled = await evolution.settle()
    assert.deepEqual(
      [settled.status, settled.status === 'inverted' && settled.trial.reason],
      ['inverted', 'edited']
    )
    const persona = await agent.persona.get()
    assert.deepEqual(
      [persona?.goal, persona?.traits['strategy']?.value],
      ['Solve all of them.', 'plain']
    )
    assert.equal((await evolution.state()).baseline.trials, 0)
  })

  it('reports a conflict where a person edited what was mutated, and changes nothing', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution } = agent.cortex
    await evolution.mutate(BAD)
    await agent.persona.apply(GOOD)
    const before = textOf(await agent.persona.get())
    const settled = await evolution.settle()
    assert.equal(settled.status, 'conflict')
    const conflicts = settled.status === 'conflict' ? settled.conflicts : []
    assert.deepEqual(
      conflicts.map(({ path, since }) => [path, since]),
      [[['traits', 'strategy', 'value'], [3]]]
    )
    assert.equal(textOf(await agent.persona.get()), before)
    assert.equal((await evolution.state()).trial, undefined)
    assert.equal((await evolution.mutate(TERSE)).status, 'running')
  })

  it('rolls back to the last stable version, also over a person’s edits', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution } = agent.cortex
    assert.deepEqual(await evolution.rollbackToLastStable(), { status: 'unchanged' })
    const random = randomOf(3)
    await solve(agent, 40, random)
    await evolution.mutate(GOOD)
    assert.equal((await evolution.rollbackToLastStable()).status, 'inverted')
    const proposed = (await evolution.propose()).map(({ mutation }) => mutation)
    assert.ok(!JSON.stringify(proposed).includes('good'))
    await evolution.mutate(GOOD)
    await solve(agent, 30, random)
    assert.equal((await evolution.settle()).status, 'kept')
    const stable = textOf(await agent.persona.get())
    assert.deepEqual(await evolution.rollbackToLastStable(), { status: 'unchanged' })
    await agent.persona.edit({ role: 'You guess.' })
    const rolledBack = await evolution.rollbackToLastStable({ why: 'it guesses' })
    assert.equal(rolledBack.status, 'rolled-back')
    assert.equal(textOf(await agent.persona.get()), stable)
  })

  it('stores a mutation that contradicts a policy as rejected, and does not apply it', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution } = agent.cortex
    const policy = { text: 'Never be terse.', attribute: 'terse', direction: 'forbid' } as const
    await agent.persona.edit({ policies: { long: policy } })
    const preview = await evolution.preview(TERSE)
    assert.deepEqual([preview.verdict, preview.changes.length], ['contradiction', 1])
    const trial = await evolution.mutate(TERSE)
    assert.deepEqual([trial.status, trial.reason], ['rejected', 'contradiction'])
    assert.match(trial.findings?.[0] ?? '', /terse/)
    assert.equal(await agent.persona.version(), 2)
    const proposed = (await evolution.propose()).map(({ mutation }) => mutation.do)
    assert.ok(!proposed.includes('set-flag'))
    assert.equal((await evolution.mutate(TERSE, { force: true })).status, 'running')
  })

  it('does not change an agent that is frozen', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution, governor } = agent.cortex
    await solve(agent, 60, randomOf(9))
    await governor.freeze('solver', { why: 'it deletes files' })
    await assert.rejects(evolution.mutate(GOOD), { code: 'AGENT_FROZEN' })
    assert.equal((await evolution.advance()).waits, 'frozen')
    await governor.unfreeze('solver', { why: 'mended' })
    assert.equal((await evolution.advance()).started?.status, 'running')

    // A pass leaves the trial of a frozen agent as it is; a person can take it back.
    await solve(agent, 60, randomOf(10))
    await governor.freeze('solver', { why: 'again' })
    assert.equal((await evolution.advance()).waits, 'frozen')
    assert.equal((await evolution.rollbackToLastStable()).status, 'inverted')
  })

  it('ends an own trial when rules of the hive come, and counts its outcomes later', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution } = agent.cortex
    const random = randomOf(11)
    await agent.persona.edit({ traits: WIDE })
    await solve(agent, 30, random)
    const { started } = await evolution.advance()
    assert.equal(started?.source, 'mechanical')
    await solve(agent, 3, random)
    assert.equal((await evolution.advance()).waits, 'window')
    await publishRules(agent, { strategy: 'good', terse: 'true', brief: 'true' })
    const { settled } = await evolution.advance()
    assert.deepEqual(
      [settled.status, settled.status === 'inverted' && settled.trial.reason],
      ['inverted', 'superseded']
    )
    // It rests first: a harmful mutation and a false rule would else follow each other.
    assert.equal((await evolution.advance()).started, undefined)
    await solve(agent, 3, random)
    const next = await evolution.advance()
    assert.deepEqual([next.started?.source, next.started?.mutation.do], ['hive', 'combine'])
    await evolution.rollbackToLastStable()
    const again = await evolution.mutate(started.mutation)
    await solve(agent, 1, random)
    const counted = await evolution.settle()
    assert.equal(again.status, 'running')
    assert.equal(counted.status === 'waiting' && counted.trial.outcomes?.trials, 4)
  })

  it('tries rules of the hive at once after a kept mutation, and own candidates later', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution } = agent.cortex
    await end(agent, '10010'.repeat(8))
    await evolution.mutate(TERSE)
    await end(agent, '11110'.repeat(5))
    assert.equal((await evolution.settle()).status, 'kept')
    assert.equal((await evolution.advance()).waits, 'baseline')
    await publishRules(agent, { strategy: 'good' })
    const { started } = await evolution.advance()
    assert.deepEqual([started?.source, started?.mutation], ['hive', GOOD])
    const { baseline } = await evolution.state()
    assert.ok(baseline.trials >= 10)
    // Taken back, its persona needs a baseline that was not chosen for being good.
    await evolution.rollbackToLastStable()
    await publishRules(agent, { strategy: 'bad' })
    assert.equal((await evolution.propose())[0]?.source, 'hive')
    assert.equal((await evolution.advance()).waits, 'baseline')
    assert.equal((await evolution.state()).baseline.trials, 0)
  })

  it('publishes what a kept combination showed, as one rule that chooses all of it', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution, hive } = agent.cortex
    await solve(agent, 40, randomOf(12))
    await evolution.mutate({ do: 'combine', parts: [GOOD, TERSE] })
    await solve(agent, 30, randomOf(13))
    assert.equal((await evolution.settle()).status, 'kept')
    assert.equal((await evolution.advance()).rules, 1)
    await hive.broadcastKnowledge()
    const [rule] = await hive.getGlobalInsights({ tags: ['persona-rule'], state: 'released' })
    assert.deepEqual(
      [rule?.entity, rule?.attribute, rule?.value],
      ['persona traits strategy, terse', 'better for all', 'good, true']
    )
    const other = await solver(db, 'other')
    const [proposed] = await other.cortex.evolution.propose()
    assert.deepEqual(
      [proposed?.source, proposed?.mutation],
      ['hive', { do: 'combine', parts: [GOOD, TERSE] }]
    )
  })

  it('counts the outcomes of an earlier try of the same persona', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const { evolution } = agent.cortex
    const random = randomOf(8)
    await solve(agent, 40, random)
    await evolution.mutate(TERSE)
    await solve(agent, 40, random)
    const first = await evolution.settle()
    assert.equal(first.status, 'inverted')
    assert.notEqual(first.status === 'inverted' && first.trial.reason, 'worse')
    await evolution.mutate(TERSE)
    await solve(agent, 1, random)
    const second = await evolution.settle()
    assert.deepEqual(
      [second.status, second.status === 'waiting' && second.trial.outcomes?.trials],
      ['waiting', 41]
    )
    await evolution.rollbackToLastStable()
    await agent.persona.edit({ role: 'You solve tasks well.' })
    await evolution.mutate(TERSE)
    await solve(agent, 1, random)
    const other = await evolution.settle()
    assert.equal(other.status === 'waiting' && other.trial.outcomes?.trials, 1)
  })

  it('continues its window after a restart, and counts each session once', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path, swarm: false } as const
    {
      await using db = await createHive(options)
      const agent = await solver(db)
      await solve(agent, 30, randomOf(4))
      await agent.cortex.evolution.mutate(GOOD)
      await solve(agent, 4, randomOf(5))
    }
    await using db = await createHive(options)
    const agent = await db.agents.open('solver')
    const { trial, baseline } = await agent.cortex.evolution.state()
    assert.deepEqual([trial?.outcomes?.trials, baseline.trials], [4, 30])
    const late = await agent.session()
    await agent.cortex.evolution.rollbackToLastStable()
    await late.end({ outcome: 'success' })
    assert.equal((await agent.cortex.evolution.state()).baseline.trials, 30)
  })

  it('reaches the good strategy by itself once it is enabled, and then rests', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await solver(db)
    const random = randomOf(6)
    await solve(agent, 30, random)
    const idle = await agent.cortex.selfIterate()
    assert.deepEqual([idle.agents, idle.isComplete], [[], true])
    await agent.cortex.evolution.enable()
    for (let i = 0; i < 40; i++) {
      const { agents } = await agent.cortex.selfIterate()
      assert.equal(agents[0]?.error, undefined)
      await solve(agent, 8, random)
    }
    assert.equal((await agent.persona.get())?.traits['strategy']?.value, 'good')
    const history = await agent.cortex.evolution.getMutationHistory({ limit: 1_000 })
    assert.equal(history.filter(({ status }) => status === 'kept').length, 1)
    await agent.cortex.evolution.disable()
    assert.deepEqual((await agent.cortex.selfIterate()).agents, [])
  }).timeout(20_000)
})
