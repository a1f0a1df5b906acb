import assert from 'node:assert/strict'
import fc from 'fast-check'
import { budget } from '../../fixtures/budget.ts'
import { governedNode, NAMES, WHY } from './governed-node.ts'
import type { SkillInit } from '../../../src/index.ts'
import type { GovernedNode } from './governed-node.ts'

type Step =
  | { readonly do: 'add' | 'achieve' | 'reopen'; readonly agent: number; readonly goal: number }
  | { readonly do: 'retract'; readonly goal: number }

const agent = fc.constantFrom(0, 0, 0, 1, 2)
const goalNumber = fc.nat(4)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), agent, goal: goalNumber }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('achieve' as const), agent, goal: goalNumber })
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('reopen' as const), agent, goal: goalNumber })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retract' as const), goal: goalNumber }) }
)

/** Steps at one time run at once, but for retractions. */
const history = fc.array(fc.array(anyStep, { minLength: 1, maxLength: 3 }), {
  minLength: 3,
  maxLength: 7
})

/** Who stated each goal, and when its statement changed. */
class Expected {
  readonly #goals = new Map<string, { status: string; by: Map<string, Date[]> }>()

  /** Undefined if this node states nothing of the goal. */
  state(id: string, name: string, status: string | undefined, at: Date): void {
    const before = this.#goals.get(id)
    const now = status ?? before?.status ?? 'open'
    const by = before?.by ?? new Map<string, Date[]>()
    const times = by.get(name) ?? []
    const isNews = before === undefined || before.status !== now || times.length === 0
    by.set(name, isNews ? [...times, at] : times)
    this.#goals.set(id, { status: now, by })
  }

  retract(id: string): void {
    this.#goals.delete(id)
  }

  stated(): string[] {
    return [...this.#goals.keys()].toSorted()
  }

  withdrawn(name: string, from: Date, to: Date): string[] {
    return this.stated().filter((id) => {
      const { by } = this.#goals.get(id) ?? { by: new Map<string, Date[]>() }
      const times = by.get(name) ?? []
      return by.size === 1 && times.length > 0 && times.every((at) => at >= from && at <= to)
    })
  }
}

const SKILL: SkillInit = {
  name: 'text-length',
  description: 'Counts the units of a text.',
  kind: 'code',
  source: 'export default (text) => text.length',
  tests: [{ input: 'four', output: 4 }]
}

/** Adds a skill as an agent, uses it until it is verified, and publishes it. */
async function published(node: GovernedNode, name: string, source: string): Promise<string> {
  const { capabilities } = node.agent(name).cortex
  const { id } = await capabilities.registerCapability({
    ...SKILL,
    name: `skill-${source.length}`,
    source
  })
  await verify(node, id)
  await node.db.agent.cortex.hive.skills.publish(id)
  return id
}

async function verify(node: GovernedNode, id: string): Promise<void> {
  const { capabilities } = node.agent('cy').cortex
  for (let use = 0; (await capabilities.get(id)).status !== 'verified'; use++) {
    assert.ok(use < 500, 'it is not verified')
    await capabilities.invoke(id, `text ${use}`)
  }
}

const sourceOf = (n: number): string => `${SKILL.source}${' '.repeat(n)}`

describe('containment of goals and skills', function () {
  this.timeout(600_000)

  it('withdraws exactly the goals that the agent alone stated in the window', async () => {
    const property = fc.asyncProperty(
      history,
      agent,
      fc.nat(3),
      fc.nat(3),
      async (times, who, start, length) => {
        await using node = await governedNode()
        const expected = new Expected()
        const clock: Date[] = []
        for (const steps of times) {
          const at = node.tick()
          clock.push(at)
          for (const each of steps) await act(node, expected, each, at)
        }
        const from = clock[Math.min(start, clock.length - 1)] ?? new Date(0)
        const to = clock[Math.min(start + length, clock.length - 1)] ?? from
        const name = NAMES[who] ?? ''
        const gone = expected.withdrawn(name, from, to)
        const { governor } = node.db.agent.cortex
        const preview = await governor.preview({ agent: name, from, to })
        assert.deepEqual(withdrawn(preview.goals), gone, 'the preview')
        assert.deepEqual(preview.withdrawsOf, { facts: 0, goals: gone.length, skills: 0, steps: 0 })
        assert.deepEqual(await stated(node), expected.stated(), 'a preview withdraws')
        const report = await governor.contain({ id: preview.id }, WHY)
        assert.deepEqual(report.withdrawnOf, { facts: 0, goals: gone.length, skills: 0, steps: 0 })
        assert.equal(report.stays, preview.stays)
        const left = expected.stated().filter((id) => !gone.includes(id))
        assert.deepEqual(await stated(node), left)
        assert.deepEqual(await governor.contain({ id: preview.id }, WHY), report, 'again')
        assert.deepEqual(await stated(node), left, 'again')
      }
    )
    await fc.assert(property, { numRuns: budget(40, 500), seed: 20_261_129 })
  })

  it('puts the skills of the agent back to the sandbox, and retracts their votes', async () => {
    await using node = await governedNode()
    const early = await published(node, 'ada', sourceOf(0))
    const from = node.tick()
    const own = await published(node, 'ada', sourceOf(1))
    const other = await published(node, 'bob', sourceOf(2))
    const both = await published(node, 'ada', sourceOf(3))
    await node.agent('bob').cortex.capabilities.registerCapability(await initOf(node, both))
    await node.restart()
    const again = node.db.agent.cortex
    const preview = await again.governor.preview({ agent: 'ada', from })
    assert.deepEqual(withdrawn(preview.skills), [own])
    const kept = preview.skills.find(({ record }) => record === both)
    assert.deepEqual([kept?.stays, kept?.agents], ['other-agent', ['bob']])
    const { withdrawnOf } = await again.governor.contain({ id: preview.id }, WHY)
    assert.deepEqual(withdrawnOf, { facts: 0, goals: 0, skills: 1, steps: 0 })
    const states = [early, own, other, both].map(async (id) => [
      await node.vouches(id),
      (await again.capabilities.get(id)).status
    ])
    assert.deepEqual(await Promise.all(states), [
      [true, 'verified'],
      [false, 'sandbox'],
      [true, 'verified'],
      [true, 'verified']
    ])
    const { reason } = (await again.capabilities.history(own)).at(-1) ?? {}
    assert.match(reason ?? '', /"ada".*wrong claim/)
    assert.equal((await again.capabilities.get(own)).trials, 0)

    // Another agent verifies the skill again; the node does not publish it while its first agent is frozen.
    await again.capabilities.test(own)
    await verify(node, own)
    await assert.rejects(again.hive.skills.publish(own), { code: 'WITHHELD' })
    await again.governor.unfreeze('ada', WHY)
    assert.equal((await again.hive.skills.publish(own)).status, 'corroborated')
    const next = await again.governor.preview({ agent: 'ada', from: node.tick() })
    assert.deepEqual(withdrawn(next.skills), [], 'and its first publication is forgotten')
  })

  // The start and the first batch are stored; then also the skill that is back in the sandbox.
  for (const commits of [2, 3]) {
    it(`goes on where it was interrupted after ${commits} commits, and does nothing twice`, async () => {
      await using node = await governedNode()
      const { goals } = node.agent('ada').cortex.hive
      for (let i = 0; i < 250; i++) await goals.add({ title: `Goal number ${i}` })
      const skill = await published(node, 'ada', sourceOf(0))
      const { governor } = node.db.agent.cortex
      const { id } = await governor.preview({ agent: 'ada', from: new Date(0) })
      node.files.failAfter(commits)
      await assert.rejects(governor.contain({ id }, WHY), { code: 'STORE_WRITE_FAILED' })
      assert.equal((await stated(node)).length, 50)
      assert.ok(await node.vouches(skill))
      await node.restart()
      const again = node.db.agent.cortex
      const report = await again.governor.contain({ id }, WHY)
      assert.deepEqual(report.withdrawnOf, { facts: 0, goals: 250, skills: 1, steps: 0 })
      assert.deepEqual(await stated(node), [])
      assert.ok(!(await node.vouches(skill)))
      const moves = await again.capabilities.history(skill)
      assert.equal(moves.filter(({ to }) => to === 'sandbox').length, 1)
    })
  }

  it('counts what no agent is noted of, and leaves it', async () => {
    await using node = await governedNode()
    const { governor } = node.db.agent.cortex
    await node.agent('ada').cortex.hive.goals.add({ title: 'Of an earlier version' })
    const skill = await published(node, 'ada', sourceOf(0))
    await node.files.database.clear({
      gt: Buffer.from('!attributions!'),
      lt: Buffer.from('!attributions"')
    })
    const preview = await governor.preview({ agent: 'ada', from: new Date(0) })
    assert.deepEqual(preview.notAttributed, { goals: 1, skills: 1 })
    assert.deepEqual([preview.withdraws, preview.goals, preview.skills], [0, [], []])
    // What ada states of it now stands on a vote that was there before.
    const [goalId] = await stated(node)
    assert.ok(goalId !== undefined)
    await node.agent('ada').cortex.hive.goals.status(goalId, 'achieved')
    const later = await governor.preview({ agent: 'ada', from: new Date(0) })
    assert.deepEqual(later.notAttributed, { goals: 0, skills: 1 })
    assert.deepEqual(
      [later.goals[0]?.stays, later.goals[0]?.title],
      ['voted-before', 'Of an earlier version']
    )
    await governor.contain({ id: later.id }, WHY)
    assert.deepEqual([await stated(node), await node.vouches(skill)], [[goalId], true])
  })
})

describe('containment of steps of playbooks', () => {
  it('removes exactly the steps that the agent inserted in the window and nobody changed', async () => {
    await using node = await governedNode()
    const { goals } = node.agent('bob').cortex.hive
    const { id: goal } = await goals.add({ title: 'Ship version 2' })
    using ada = node.agent('ada').cortex.hive.goals.playbook(goal)
    using bob = goals.playbook(goal)
    await ada.insert(0, { title: 'Before the window' })
    const from = node.tick()
    await ada.insert(1, { title: 'Untouched', body: 'By Monday.' })
    const rewritten = await ada.insert(2, { title: 'By its own agent', body: 'By Monday.' })
    const edited = await ada.insert(3, { title: 'By another agent' })
    const marked = await ada.insert(4, { title: 'Marked', body: 'By Monday.' })
    const removed = await ada.insert(5, { title: 'Removed' })
    await bob.insert(6, { title: 'Of another agent' })
    await ada.edit(rewritten, { body: 'By Tuesday.' })
    await bob.edit(edited, { body: 'Never.' })
    await bob.mark(marked, { from: 0, to: 2, mark: 'bold' })
    await ada.edit(edited, { title: 'By both agents' })
    await bob.remove(removed)
    const later = await ada.insert(9, { title: 'Changed later', body: 'By Monday.' })
    const to = node.tick()
    node.tick()
    await ada.edit(later, { body: 'By Tuesday.' })
    await ada.insert(9, { title: 'After the window' })
    const titles = async (): Promise<string[]> => (await bob.steps()).map(({ title }) => title)
    const before = await titles()

    const { governor } = node.db.agent.cortex
    const preview = await governor.preview({ agent: 'ada', from, to })
    assert.deepEqual(await titles(), before, 'a preview removes')
    assert.deepEqual(preview.withdrawsOf, { facts: 0, goals: 0, skills: 0, steps: 2 })
    const fates = preview.steps.map(({ title, stays }) => `${title}: ${stays ?? 'removed'}`)
    assert.deepEqual(fates.toSorted(), [
      'By both agents: edited',
      'By its own agent: removed',
      'Changed later: other-time',
      'Marked: edited',
      'Untouched: removed'
    ])
    // The start and the first step are stored; then a commit is refused.
    node.files.failAfter(2)
    await assert.rejects(governor.contain({ id: preview.id }, WHY))
    assert.equal((await titles()).length, before.length - 1)
    await node.restart()
    const again = node.db.agent.cortex
    const report = await again.governor.contain({ id: preview.id }, WHY)
    assert.deepEqual(report.withdrawnOf, preview.withdrawsOf)
    assert.deepEqual(report.steps.map(({ stays = '' }) => stays).toSorted(), [
      'edited',
      'edited',
      'other-time'
    ])
    using read = again.hive.goals.playbook(goal)
    const left = (await read.steps()).map(({ title }) => title)
    const gone = ['Untouched', 'By its own agent']
    assert.deepEqual(
      left,
      before.filter((title) => !gone.includes(title))
    )
  })

  it('notes goals, skills and steps in the commits that publish them', async () => {
    await using node = await governedNode()
    const { goals } = node.agent('ada').cortex.hive
    const { id } = await goals.add({ title: 'Ship version 2' })
    await goals.status(id, 'active')
    using playbook = goals.playbook(id)
    await playbook.insert(0, { title: 'Freeze the API' })
    await published(node, 'ada', sourceOf(0))
    const noted = node.files.writes.filter(({ sections }) => sections.has('attributions'))
    assert.deepEqual(
      noted.map(({ sections, sync }) => [sections.has('entries'), sync]),
      [1, 2, 3, 4].map(() => [true, true])
    )
  })

  it('leaves a step that another one changes after the preview', async () => {
    await using node = await governedNode()
    const { goals } = node.agent('ada').cortex.hive
    const from = node.tick()
    const { id: goal } = await node.agent('bob').cortex.hive.goals.add({ title: 'Ship version 2' })
    using ada = goals.playbook(goal)
    using bob = node.agent('bob').cortex.hive.goals.playbook(goal)
    const step = await ada.insert(0, { title: 'Freeze the API' })
    const { governor } = node.db.agent.cortex
    const preview = await governor.preview({ agent: 'ada', from })
    assert.equal(preview.withdraws, 1)
    await bob.edit(step, { body: 'By Monday.' })
    const { withdrawn: count, steps } = await governor.contain({ id: preview.id }, WHY)
    assert.deepEqual([count, steps[0]?.stays, steps[0]?.step], [0, 'edited', step])
    assert.equal((await bob.steps()).length, 1)
  })
})

async function act(node: GovernedNode, expected: Expected, given: Step, at: Date): Promise<void> {
  const id = ids.get(given.goal)
  if (given.do === 'retract') {
    if (id === undefined || !expected.stated().includes(id)) return
    await node.db.agent.cortex.hive.retract(id)
    expected.retract(id)
    return
  }
  const name = NAMES[given.agent] ?? ''
  const { goals } = node.agent(name).cortex.hive
  if (given.do === 'add') {
    const added = await goals.add({ title: `Reach target ${given.goal}` })
    ids.set(given.goal, added.id)
    expected.state(added.id, name, undefined, at)
  } else if (id !== undefined && expected.stated().includes(id)) {
    const status = given.do === 'achieve' ? 'achieved' : 'open'
    await goals.status(id, status)
    expected.state(id, name, status, at)
  }
}

/** Ids of the goals by their number: a goal has one id on every node. */
const ids = new Map<number, string>()

function withdrawn(
  records: readonly { readonly record: string; readonly stays?: string }[]
): string[] {
  return records.filter(({ stays }) => stays === undefined).map(({ record }) => record)
}

/** Ids of the goals that this node states something of. */
async function stated(node: GovernedNode): Promise<string[]> {
  const goals = await node.db.agent.cortex.hive.goals.list({ limit: 1_000 })
  return goals.map(({ id }) => id).toSorted()
}

async function initOf(node: GovernedNode, id: string): Promise<SkillInit> {
  const { skill } = await node.db.agent.cortex.capabilities.get(id)
  const { name, description, kind, source, tests } = skill
  return { name, description, kind, source, tests: [...tests] }
}
