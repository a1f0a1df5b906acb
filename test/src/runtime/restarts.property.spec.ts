import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CodedError, StoreError } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { budget } from '../../fixtures/budget.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { interruptedSteps } from '../../fixtures/interrupted-steps.ts'
import { AUDITOR } from '../personas/personas.ts'
import type { FailingDatabase } from '../../fixtures/failing-database.ts'
import type { InterruptedStep } from '../../fixtures/interrupted-steps.ts'
import type { HiveNode } from '../../../src/index.ts'

const TEXTS = ['Flex gap is supported', 'The team leaves on Friday', 'Restart amber before delta']
/** Variants of the texts. */
const SAID = [...TEXTS, ...TEXTS.map((text) => `${text}.`)]
const GOALS = ['Ship version 2', 'Reach the harbour']

const ACTS = [
  'distill',
  'distill',
  'distill',
  'distill-variant',
  'claim',
  'learn',
  'stale',
  'forget',
  'forget',
  'consolidate',
  'split',
  'annotate',
  'broadcast',
  'broadcast',
  'promote',
  'dispute',
  'vouch',
  'retract',
  'goal',
  'goal-status',
  'attach',
  'insert-step',
  'edit-step',
  'move-step',
  'remove-step',
  'persona',
  'roll-back',
  'journal',
  'show',
  'freeze',
  'limit',
  'compact',
  'rebuild'
] as const

type Name = (typeof ACTS)[number]

/** Of several commits: one that fails leaves those before it. */
const IN_PARTS: ReadonlySet<Name> = new Set(['broadcast', 'compact', 'consolidate', 'rebuild'])

interface Act {
  readonly name: Name
  readonly chosen: number
  readonly ok: boolean
}

type Step = InterruptedStep<Act>

const ACT: fc.Arbitrary<Act> = fc.record({
  name: fc.constantFrom(...ACTS),
  chosen: fc.nat(11),
  ok: fc.boolean()
})

const STEP = interruptedSteps(
  fc.oneof(
    { weight: 3, arbitrary: fc.array(ACT, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(ACT, { minLength: 2, maxLength: 3 }) }
  ),
  { writes: 4, weight: 5 }
)

type View = Readonly<Record<string, unknown>>

/** A node through its lives. */
class Lives {
  #files: FailingDatabase = failingDatabase()
  #node: HiveNode | undefined
  #now = Date.UTC(2026, 0, 1)
  /** Ids of facts that were forgotten. */
  readonly #gone = new Set<string>()

  async begin(): Promise<void> {
    this.#node = await createHive({
      store: this.#files.database,
      swarm: false,
      upkeep: false,
      clock: { now: () => this.#now }
    })
  }

  async close(): Promise<void> {
    await this.#node?.stop()
  }

  get #db(): HiveNode {
    if (this.#node === undefined) throw new Error('not open')
    return this.#node
  }

  async run({ acts, failing, end }: Step): Promise<void> {
    this.#now += 60_000
    const before = await viewOf(this.#db)
    this.#files.failAfter(failing)
    const failures = await Promise.all(acts.map((act) => this.#try(act)))
    this.#files.failNever()
    const [name] = acts.map((act) => act.name)
    if (acts.length === 1 && name !== undefined && failures[0] === true && !IN_PARTS.has(name)) {
      same(await viewOf(this.#db), before, `after ${name}, which failed`)
    }
    await this.#checkGone()
    if (end !== 'none') await this.restart(end === 'crash')
  }

  async restart(isCrash: boolean): Promise<void> {
    const view = await viewOf(this.#db)
    if (isCrash) {
      const files = failingDatabase()
      await files.fill(this.#files.database)
      await this.close()
      this.#files = files
    } else await this.close()
    await this.begin()
    same(await viewOf(this.#db), view, `after a ${isCrash ? 'crash' : 'stop'}`)
    await this.#checkGone()
    const { isWhole, facts, hive } = await this.#db.agent.cortex.janitor.verify()
    const found = { isWhole, lost: facts?.lost, mended: facts?.mended, hive: hive?.restored }
    assert.deepEqual(found, { isWhole: true, lost: 0, mended: 0, hive: 0 })
  }

  async #checkGone(): Promise<void> {
    const { knowledge } = this.#db.agent.cortex
    for (const id of this.#gone) assert.equal(await knowledge.get(id), undefined)
    for (const text of TEXTS) {
      const { items } = await knowledge.consider(text, { maxWait: Infinity, scope: 'local' })
      for (const { fact } of items) assert.ok(!this.#gone.has(fact.id), `recalls ${fact.id}`)
    }
  }

  /** Whether a write failed. */
  async #try(act: Act): Promise<boolean> {
    try {
      await this.#do(act)
      return false
    } catch (error) {
      if (error instanceof StoreError) return true
      if (error instanceof CodedError) return false
      throw error
    }
  }

  async #do({ name, chosen, ok }: Act): Promise<unknown> {
    const { agent, impact } = this.#db
    const { knowledge, hive, janitor, governor } = agent.cortex
    const content = SAID[chosen % SAID.length] ?? ''
    const confidence = ok ? 0.95 : 0.5
    const input = { entity: 'notes', content, confidence }
    const id = knowledge.identify(input)
    const why = { why: 'a test' }
    switch (name) {
      case 'distill':
      case 'distill-variant': {
        const fact = {
          private: chosen === 11,
          ...(chosen % 3 === 0 ? { tags: [`tag-${chosen}`] } : {}),
          ...(chosen === 7 ? { project: 'p' } : {}),
          enableBloomHeuristic: name === 'distill'
        }
        this.#gone.delete(id)
        return knowledge.distill(input.entity, content, confidence, fact)
      }
      case 'claim': {
        const value = `Node ${20 + (chosen % 3)}`
        const claim = { attribute: 'runtime', value, validFrom: new Date(this.#now) }
        return knowledge.distill('server', `It runs ${value}.`, 0.95, {
          ...claim,
          enableBloomHeuristic: true
        })
      }
      case 'learn':
        return knowledge.learn({ summary: `Lesson ${chosen % 2}`, detail: content, force: ok })
      case 'stale':
        return knowledge.stale(id)
      case 'forget': {
        const known = (await knowledge.newest()).facts
        const fact = ok ? known[chosen % Math.max(1, known.length)]?.id : id
        if (fact === undefined) return undefined
        const { forgotten } = await knowledge.forget(fact)
        if (forgotten) this.#gone.add(fact)
        return undefined
      }
      case 'consolidate':
        return janitor.consolidate()
      case 'split':
        return knowledge.split(id)
      case 'annotate':
        return knowledge.annotate('test', new Map([[id, chosen]]))
      case 'broadcast':
        return hive.broadcastKnowledge({ minConfidence: ok ? 0.9 : 0 })
      case 'promote':
        return hive.promoteToGlobalStore(id)
      case 'dispute':
      case 'vouch':
      case 'retract': {
        const record = await this.#record(chosen)
        return record === undefined ? undefined : hive[name](record)
      }
      case 'goal':
        return hive.goals.add({ title: GOALS[chosen % 2] ?? '', tags: [`tag-${chosen % 3}`] })
      case 'goal-status': {
        const goal = await this.#goal(chosen)
        return goal && hive.goals.status(goal, ok ? 'active' : 'achieved')
      }
      case 'attach': {
        const [goal, record] = [await this.#goal(chosen), await this.#record(chosen)]
        return goal && record && hive.goals.attach(goal, record)
      }
      case 'insert-step':
      case 'edit-step':
      case 'move-step':
      case 'remove-step':
        return this.#changeSteps(name, chosen)
      case 'persona':
        return agent.persona.edit({ ...AUDITOR, role: `You audit ${content}` })
      case 'roll-back':
        return agent.persona.rollback(1)
      case 'journal':
        return agent.journal.record({ name: 'test', ok })
      case 'show':
        return impact.note({ door: 'test', why: content, items: [{ id, relevance: 1 }] })
      case 'freeze':
        return ok ? governor.unfreeze('other', why) : governor.freeze('other', why)
      case 'limit':
        return governor.setLimits('other', { skillRunsPerDay: chosen }, why)
      case 'compact':
        return janitor.compact()
      case 'rebuild':
        return janitor.rebuildBloomFilter()
    }
  }

  async #changeSteps(name: Name, chosen: number): Promise<void> {
    const { goals } = this.#db.agent.cortex.hive
    const goal = await this.#goal(chosen)
    if (goal === undefined) return
    using playbook = goals.playbook(goal)
    if (name === 'insert-step') {
      await playbook.insert(chosen % 3, { title: `Step ${chosen}` })
      return
    }
    const steps = await playbook.steps()
    const step = steps[chosen % Math.max(1, steps.length)]
    if (step === undefined) return
    if (name === 'edit-step') await playbook.edit(step.id, { body: `Body ${chosen}` })
    else if (name === 'move-step') await playbook.move(step.id, chosen % steps.length)
    else await playbook.remove(step.id)
  }

  async #goal(chosen: number): Promise<string | undefined> {
    const goals = await this.#db.agent.cortex.hive.goals.list()
    return goals[chosen % Math.max(1, goals.length)]?.id
  }

  async #record(chosen: number): Promise<string | undefined> {
    const insights = await this.#db.agent.cortex.hive.getGlobalInsights()
    return insights[chosen % Math.max(1, insights.length)]?.id
  }
}

/** Part by part, so that a failure names the part. */
function same(actual: View, expected: View, when: string): void {
  for (const [part, value] of Object.entries(expected)) {
    assert.deepEqual(actual[part], value, `other ${part} ${when}`)
  }
}

/** What a node answers, as JSON. */
async function viewOf(db: HiveNode): Promise<View> {
  const { agent, impact } = db
  const { knowledge, hive, governor } = agent.cortex
  const { facts } = await knowledge.newest()
  const known = await Promise.all(
    facts.map(async (fact) => [
      fact,
      await knowledge.annotation('test', fact.id),
      (await knowledge.variants(fact.id)).map(({ id }) => id).toSorted()
    ])
  )
  const answers: unknown[] = []
  for (const text of [...TEXTS, 'Which Node does the server run?', 'Lesson 0']) {
    const options = { maxWait: Infinity, includeStale: true, allProjects: true }
    const { items, withheld } = await knowledge.consider(text, options)
    answers.push([
      text,
      withheld,
      items.map(({ fact, origin }) => `${origin} ${fact.id}`).toSorted()
    ])
  }
  const goals: unknown[] = []
  for (const goal of await hive.goals.list()) {
    using playbook = hive.goals.playbook(goal.id)
    goals.push([goal, await playbook.steps()])
  }
  const insights: unknown[] = []
  for (const state of ['released', 'quarantined', 'disputed'] as const) {
    insights.push(
      (await hive.getGlobalInsights({ state })).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    )
  }
  const view = {
    known,
    exported: (await Array.fromAsync(knowledge.export()))
      .map((each) => JSON.stringify(each))
      .toSorted(),
    count: db.status.facts,
    answers,
    claims: await knowledge.history('server'),
    insights,
    goals,
    persona: [await agent.persona.get(), await agent.persona.history()],
    journal: await agent.journal.list(),
    shown: await impact.list({ limit: 20 }),
    rules: [governor.agents().toSorted(), governor.frozen(), governor.limits('other')],
    used: governor.use(agent.name)
  }
  return JSON.parse(JSON.stringify(view)) as View
}

describe('a node', () => {
  it('answers after a crash or a stop as before, whichever write fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 4, maxLength: 14 }), async (steps) => {
        const lives = new Lives()
        await lives.begin()
        try {
          for (const step of steps) await lives.run(step)
          await lives.restart(true)
        } finally {
          await lives.close()
        }
      }),
      { numRuns: budget(5, 500) }
    )
  }).timeout(budget(120_000, 3_600_000))
})
