/**
 * The first diagram of the plan as one run, over TCP: a session whose skill fails, the synthesiser,
 * the tiers of models, pre-warming, the sandbox, and the agent of another node.
 */
import assert from 'node:assert/strict'
import { on } from 'node:events'
import { createHive } from '../../src/index.ts'
import { SOLVER } from '../fixtures/evolving-agent.ts'
import { ModelServer } from '../fixtures/model-server.ts'
import { servedModels } from '../fixtures/served-models.ts'
import { textsOf } from '../fixtures/wire-texts.ts'
import type { Agent, HiveNode, SkillEvents, SkillInit } from '../../src/index.ts'
import type { WireBody } from '../fixtures/model-server.ts'

/** Small changes of its source do not help. */
const SUM: SkillInit = {
  name: 'sum',
  description: 'Adds numbers in words.',
  kind: 'code',
  source:
    "export default (text) => { if (!/^[0-9 ]*$/.test(text)) throw new Error('no numbers'); return text.split(' ').reduce((sum, word) => sum + Number(word), 0) }",
  outputSchema: { type: 'number' },
  tests: [{ input: '1 2 3', output: 6 }]
}

const GOOD =
  "export default (text) => text.split(' ').reduce((sum, word) => sum + (Number(word) || ['zero', 'one', 'two'].indexOf(word)), 0)"

/** A promotion needs 175 uses without a failure. */
const USES = 175

/** What each model is asked for, by the class of the question. */
function questionOf(body: WireBody): string {
  const { system } = textsOf(body)
  if (system.includes('repair skills')) return 'synthesise'
  if (system.includes('redesign a skill')) return 'redesign'
  if (system.includes('Write the documentation')) return 'document'
  return system.includes('improve the persona') ? 'mutate' : 'other'
}

const ANSWERS: Readonly<Record<string, string>> = {
  synthesise: JSON.stringify({ proposals: [{ skill: 0, source: 'no module', how: 'broken' }] }),
  redesign: JSON.stringify({ proposals: [{ source: GOOD, how: 'knows words' }] }),
  document: 'Adds numbers, in digits or in words.',
  mutate: JSON.stringify({
    proposals: [{ mutation: { do: 'set-flag', trait: 'terse', value: true }, why: 'It is short.' }]
  })
}

describe('a failure in a session', function () {
  this.timeout(60_000)

  it('is repaired by the tiers, warmed before its promotion, and spares another node the failure', async () => {
    const signal = AbortSignal.timeout(50_000)
    const documented = Promise.withResolvers<void>()
    const answer = (body: WireBody): string => {
      const question = questionOf(body)
      if (question === 'document') documented.resolve()
      return ANSWERS[question] ?? ''
    }
    await using wire = await ModelServer.start({ answer })
    const swarm = { k: 1, listen: ['/ip4/127.0.0.1/tcp/0'] }
    await using a = await createHive({ swarm, models: servedModels(wire.origin) })
    const skills = { adopt: 'all' } as const
    await using b = await createHive({ skills, swarm: { ...swarm, bootstrap: a.multiaddrs } })
    const solver = await a.agents.create('solver', { persona: SOLVER })
    const { capabilities, evolution, models } = solver.cortex

    // Agent session: the skill fails, and the session with it.
    const { id: broken } = await capabilities.registerCapability(SUM)
    await assert.rejects(add(solver, broken, 'one two'), { code: 'SKILL_THREW' })
    const [failed] = await solver.journal.list({ kind: 'session' })
    assert.deepEqual([failed?.ok, failed?.task], [false, 'add'])

    // Skill synthesiser and tiered router: many failures to fast, a redesign to premium.
    const { synthesized, unrepaired } = await capabilities.discoverAndSynthesize({ signal })
    const [made] = synthesized
    assert.ok(made !== undefined && unrepaired.length === 0)
    assert.deepEqual([made.parent, made.redesigned], [broken, true])
    // Mutations go to premium as well.
    const [proposal] = await evolution.propose({ model: true, signal })
    assert.equal(proposal?.source, 'model')

    // Pre-warm engine: ready and documented while it is on trial.
    const warmed = event(a, 'skill:warm', made.id, signal)
    await capabilities.triggerPreWarm(made.id)
    await warmed
    await documented.promise
    const [ready] = await capabilities.getPreWarmedSkills()
    assert.equal(ready?.id, made.id)
    assert.equal((await capabilities.get(made.id)).status, 'pre-warming')
    const asked = wire.bodies.map((body) => `${questionOf(body)} ${body.model}`)
    assert.deepEqual(asked.toSorted(), [
      'document large',
      'mutate large',
      'redesign large',
      'synthesise small'
    ])
    const spent = models.usage().rows.map(({ agent, task }) => `${agent} ${task}`)
    assert.ok(spent.includes('solver synthesise') && spent.includes('solver redesign'))

    // Verified sandbox: warm runs, then the promotion, which another node adopts and tests.
    const adopted = transition(b, made.id, 'experimental', signal)
    const first = await add(solver, made.id, 'one two')
    assert.deepEqual([first.output, first.wasWarm], [3, true])
    for (let i = 1; i < USES; i++) await capabilities.invoke(made.id, `one ${i}`)
    assert.equal((await capabilities.get(made.id)).status, 'verified')
    await adopted
    const other = await b.agents.create('other', { persona: SOLVER })
    assert.equal((await add(other, made.id, 'one two')).output, 3)
    assert.deepEqual(
      (await other.journal.list({ kind: 'session' })).map(({ ok }) => ok),
      [true]
    )
    assert.deepEqual(await other.cortex.capabilities.failures(), [])
  })
})

/** A session that runs the skill as its action. */
function add(agent: Agent, skill: string, input: string): Promise<Ran> {
  return agent.session({ task: 'add' }, (session) =>
    session.act('add', () => agent.cortex.capabilities.invoke(skill, input))
  )
}

type Ran = Awaited<ReturnType<Agent['cortex']['capabilities']['invoke']>>

async function event(
  db: HiveNode,
  name: 'skill:warm',
  id: string,
  signal: AbortSignal
): Promise<void> {
  for await (const [warm] of on(db, name, { signal }) as AsyncIterable<SkillEvents['skill:warm']>) {
    if (warm.id === id) return
  }
}

async function transition(
  db: HiveNode,
  id: string,
  to: string,
  signal: AbortSignal
): Promise<void> {
  const changes = on(db, 'skill:transition', { signal }) as AsyncIterable<
    SkillEvents['skill:transition']
  >
  for await (const [change] of changes) if (change.id === id && change.to === to) return
}
