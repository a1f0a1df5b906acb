import assert from 'node:assert/strict'
import fc from 'fast-check'
import { applyMutation, createHive, HiveError, invertMutation } from '../../../src/index.ts'
import { wholePersona } from '../../../src/personas/index.ts'
import { budget } from '../../fixtures/budget.ts'
import { auditor, mutation } from '../personas/personas.ts'
import type { HiveNode, PersonaMutationInit } from '../../../src/index.ts'
import type { Persona } from '../../../src/personas/index.ts'
import type { Check } from '../../../src/reasoner/index.ts'

const GOAL = 'Answer each question quickly'

const persona = wholePersona('scout', {
  role: 'You answer.',
  goal: GOAL,
  policies: {
    few: { text: 'At most 3 remarks.', attribute: 'remarks', max: 3, scope: 'review' },
    offline: { text: 'Use no network.', attribute: 'network', direction: 'forbid' }
  },
  traits: {
    remarks: { kind: 'number', value: 2, min: 0, max: 9 },
    network: { kind: 'flag', value: false, on: 'Look it up.' },
    style: { kind: 'choice', value: 'brief', options: { brief: 'Be brief.', long: 'Explain.' } }
  }
})

/** Mutations of all three verdicts. */
const decisive = fc.constantFrom<PersonaMutationInit>(
  { do: 'set-flag', trait: 't2', value: true },
  { do: 'move-number', trait: 't0', by: 0.25 },
  { do: 'prefer-skill', skill: 'lint', weight: 1 },
  { do: 'edit-role', text: 'You guess.' }
)

describe('the reasoner', () => {
  let db: HiveNode

  beforeEach(async () => {
    db = await createHive({ swarm: false, agent: { name: 'scout' } })
  })

  afterEach(() => db.stop())

  function check(
    change: PersonaMutationInit,
    of: Persona = persona,
    goal?: string
  ): Promise<Check> {
    return db.agent.cortex.reasoner.check({
      agent: 'scout',
      persona: of,
      mutation: change,
      ...(goal === undefined ? {} : { goal })
    })
  }

  /** Kind, weight and reason of each finding. */
  async function found(change: PersonaMutationInit, of?: Persona): Promise<string[]> {
    const { findings } = await check(change, of)
    return findings.map(({ kind, weight, reason }) => `${kind} ${weight} ${reason}`)
  }

  it('compares traits with the policies of the persona', async () => {
    assert.deepEqual(await found({ do: 'move-number', trait: 'remarks', by: 1 }), [])
    assert.deepEqual(await found({ do: 'move-number', trait: 'remarks', by: 2 }), [
      'policy contradiction bounds'
    ])
    assert.deepEqual(await found({ do: 'set-flag', trait: 'network', value: true }), [
      'policy contradiction requirement'
    ])
    const { verdict, findings } = await check({ do: 'move-number', trait: 'remarks', by: 2 })
    assert.equal(verdict, 'contradiction')
    assert.equal(
      findings[0]?.text,
      'traits/remarks/value: "remarks = 4" contradicts "remarks <= 3 in review" (bounds) of policies/few of scout'
    )
    assert.deepEqual(
      findings[0]?.chain.map(({ kind }) => kind),
      ['change', 'stance', 'stance', 'part']
    )
  })

  it('compares a new policy with traits and other policies', async () => {
    const policy = (attribute: string, parts: object): PersonaMutationInit => ({
      do: 'add-policy',
      id: 'new',
      policy: { text: 'New.', attribute, ...parts }
    })
    assert.deepEqual(await found(policy('style.brief', { direction: 'forbid' })), [
      'trait contradiction requirement'
    ])
    assert.deepEqual(await found(policy('network', { direction: 'require', scope: 'docs' })), [
      'policy contradiction requirement',
      'trait contradiction requirement'
    ])
    assert.deepEqual(await found(policy('remarks', { min: 5, scope: 'docs' })), [
      'trait contradiction bounds'
    ])
    assert.deepEqual(await found(policy('latency', { direction: 'decrease' })), [])
  })

  it('does not report a mutation that brings a value nearer to its bounds', async () => {
    const far = applyMutation(persona, { do: 'move-number', trait: 'remarks', by: 6 }).persona
    assert.deepEqual(await found({ do: 'move-number', trait: 'remarks', by: -2 }, far), [])
    assert.deepEqual(await found({ do: 'move-number', trait: 'remarks', by: 1 }, far), [
      'policy contradiction bounds'
    ])
  })

  it('examines the goal that the persona serves, and its subgoals, with the whole chain', async () => {
    const { goals } = db.agent.cortex.hive
    const top = await goals.add({ title: `${GOAL}.` })
    const [middle] = await goals.decompose(top.id, [{ title: 'Keep answers short' }])
    const [leaf] = await goals.decompose(middle?.id ?? '', [
      { title: 'Few remarks', tags: ['decrease=remarks', 'max=remarks:2', 'plain tag'] }
    ])
    const { verdict, findings, visited } = await check({
      do: 'move-number',
      trait: 'remarks',
      by: 1
    })
    assert.equal(verdict, 'contradiction')
    assert.deepEqual(visited, { goals: 3, personas: 0 })
    assert.deepEqual(
      findings.map(({ kind, reason }) => `${kind} ${reason}`),
      ['goal bounds', 'goal directions']
    )
    assert.deepEqual(
      findings[0]?.chain.flatMap((link) => (link.kind === 'goal' ? link.id : [])),
      [leaf?.id, middle?.id, top.id]
    )
    assert.match(findings[0]?.text ?? '', /the goal "Few remarks", part of "Keep answers short"/)
  })

  it('lets a number move the way that a goal wants', async () => {
    await db.agent.cortex.hive.goals.add({ title: GOAL, tags: ['decrease=remarks'] })
    assert.deepEqual(await found({ do: 'move-number', trait: 'remarks', by: -1 }), [])
    assert.deepEqual(await found({ do: 'move-number', trait: 'remarks', by: 1 }), [
      'goal contradiction directions'
    ])
  })

  it('finds goals by an id in the text, and by the option', async () => {
    const { goals } = db.agent.cortex.hive
    const { id } = await goals.add({ title: 'Stay offline', tags: ['require=network'] })
    const change = { do: 'set-flag', trait: 'network', value: false } as const
    const online = applyMutation(persona, { ...change, value: true }).persona
    const kinds = async (of: Persona, goal?: string): Promise<string[]> =>
      (await check(change, of, goal)).findings.map(({ kind }) => kind)
    assert.deepEqual(await kinds(online), [])
    assert.deepEqual(await kinds(online, id.slice(0, 8)), ['goal'])
    assert.deepEqual(await kinds(online, 'stay  offline'), ['goal'])
    assert.deepEqual(await kinds({ ...online, goal: `Serve ${id.slice(0, 12)}.` }), ['goal'])
    await assert.rejects(check(change, online, 'Unknown'), { code: 'GOAL_UNKNOWN' })
  })

  it('leaves out goals that have ended', async () => {
    const { goals } = db.agent.cortex.hive
    const { id } = await goals.add({ title: GOAL, tags: ['max=remarks:2'] })
    const change = { do: 'move-number', trait: 'remarks', by: 1 } as const
    assert.equal((await check(change)).verdict, 'contradiction')
    await goals.status(id, 'abandoned')
    assert.equal((await check(change)).verdict, 'clear')
  })

  it('compares all parts with the goals that a mutation makes the persona serve', async () => {
    await db.agent.cortex.hive.goals.add({ title: 'Look everything up', tags: ['require=network'] })
    const { verdict, findings } = await check({ do: 'edit-goal', text: 'Look everything up' })
    assert.equal(verdict, 'contradiction')
    assert.deepEqual(
      findings.map(({ kind, weight }) => `${kind} ${weight}`),
      ['goal contradiction', 'goal contradiction', 'text unknown']
    )
    assert.deepEqual(findings[0]?.chain[0], { kind: 'change', path: ['goal'] })
  })

  it('notes what the policies of other personas contradict', async () => {
    const change = {
      do: 'add-policy',
      id: 'fast',
      policy: { text: 'Be fast.', attribute: 'latency', direction: 'decrease' }
    } as const
    for (const [name, scope] of [
      ['slow', 'all'],
      ['other', 'docs']
    ] as const) {
      const text = 'Take your time.'
      const policies = {
        calm: { text, attribute: 'latency', direction: 'increase', scope } as const
      }
      await db.agents.create(name, { persona: { role: 'You wait.', goal: 'Wait.', policies } })
    }
    const scoped = { ...change, policy: { ...change.policy, scope: 'review' } }
    const { verdict, findings, visited } = await check(scoped)
    assert.equal(verdict, 'clear')
    assert.deepEqual(
      findings.map(({ kind, weight }) => `${kind} ${weight}`),
      ['other-persona note']
    )
    assert.deepEqual(visited, { goals: 0, personas: 2 })
  })

  it('leaves texts undecided without a model', async () => {
    const { verdict, findings, costUsd } = await check({ do: 'edit-role', text: 'You guess.' })
    assert.equal(verdict, 'unknown')
    assert.equal(findings[0]?.weight, 'unknown')
    assert.equal(costUsd, 0)
  })

  it('reads the stored persona by default', async () => {
    const init = { agent: 'scout', mutation: { do: 'edit-role', text: 'You guess.' } } as const
    await assert.rejects(db.agent.cortex.reasoner.check(init), { code: 'PERSONA_UNKNOWN' })
    const { name: _, ...parts } = persona
    await db.agent.persona.edit(parts)
    assert.equal((await db.agent.cortex.reasoner.check(init)).verdict, 'unknown')
  })

  it('gives the same result after a mutation was applied and inverted', async () => {
    await db.agent.cortex.hive.goals.add({
      title: 'Find defects before they are merged.',
      tags: ['forbid=t2', 'max=t0:0.4', 'decrease=a']
    })
    const verdicts = new Set<string>()
    await fc.assert(
      fc.asyncProperty(mutation, fc.oneof(mutation, decisive), async (first, second) => {
        const before = auditor()
        const applied = attempt(before, first)
        if (applied === undefined || attempt(before, second) === undefined) return
        const restored = invertMutation(applied.persona, applied.inverse).persona
        assert.ok(restored !== undefined)
        const one = await check(second, before)
        verdicts.add(one.verdict)
        assert.deepEqual(await check(second, restored), one)
      }),
      { numRuns: budget(100, 2_000) }
    )
    assert.deepEqual([...verdicts].toSorted(), ['clear', 'contradiction', 'unknown'])
  })
})

function attempt(
  before: Persona,
  change: PersonaMutationInit
): ReturnType<typeof applyMutation> | undefined {
  try {
    return applyMutation(before, change)
  } catch (error) {
    if (error instanceof HiveError) return undefined
    throw error
  }
}
