import assert from 'node:assert/strict'
import { createHive } from '../../../src/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { AUDITOR } from '../personas/personas.ts'

describe('the agents of a node', () => {
  it('have their persona and its versions after a restart', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path, swarm: false } as const
    {
      await using db = await createHive(options)
      const auditor = await db.agents.create('auditor', { persona: AUDITOR })
      await auditor.persona.apply({ do: 'set-flag', trait: 't2', value: true })
      assert.equal((await auditor.persona.get())?.name, 'auditor')
    }
    await using db = await createHive(options)
    assert.equal(db.agents.get('auditor'), undefined)
    const [stored, ...others] = await db.agents.stored()
    assert.deepEqual([stored?.name, stored?.version, others], ['auditor', 2, []])
    const auditor = await db.agents.open('auditor')
    assert.equal(await db.agents.open('auditor'), auditor)
    assert.equal((await auditor.persona.get())?.traits['t2']?.value, true)
    assert.equal((await auditor.persona.history()).length, 2)
    const again = db.agents.create('auditor-2', { persona: AUDITOR })
    assert.equal((await again).name, 'auditor-2')
  })

  it('are refused if the name is taken, unknown or not valid, or the persona is not', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path, swarm: false } as const
    {
      await using db = await createHive(options)
      const both = [1, 2].map(() => db.agents.create('twin', { persona: AUDITOR }))
      const results = await Promise.allSettled(both)
      assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    }
    await using db = await createHive(options)
    const persona = AUDITOR
    await assert.rejects(db.agents.create('twin', { persona }), { code: 'AGENT_EXISTS' })
    await assert.rejects(db.agents.create('../x', { persona }), { code: 'ARGUMENT_INVALID' })
    await assert.rejects(db.agents.create('new', { persona: { ...persona, role: '' } }), {
      code: 'ARGUMENT_INVALID'
    })
    assert.equal(db.agents.get('new'), undefined)
    await assert.rejects(db.agents.open('new'), { code: 'AGENT_UNKNOWN' })
    await assert.rejects(db.agents.open('../x'), { code: 'ARGUMENT_INVALID' })
  })

  it('get a persona later too, such as the default agent', async () => {
    await using db = await createHive({ swarm: false })
    assert.equal(await db.agent.persona.get(), undefined)
    const goal = 'Answer.'
    await assert.rejects(db.agent.persona.edit({ goal }), { code: 'ARGUMENT_INVALID' })
    const { number } = await db.agent.persona.edit({ role: 'You answer.', goal })
    assert.equal(number, 1)
    assert.equal((await db.agents.open(db.agent.name)).persona, db.agent.persona)
    const apply = db.agents.create('bare').persona.apply({ do: 'edit-goal', text: 'x' })
    await assert.rejects(apply, { code: 'PERSONA_UNKNOWN' })
  })
})
