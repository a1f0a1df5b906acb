import assert from 'node:assert/strict'
import { join } from 'node:path'
import { MemoryLevel } from 'memory-level'
import { digestOf, openReplica, openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { createHive } from '../../../src/index.ts'
import { identifyFact } from '../../../src/facts/index.ts'
import { identifySkill } from '../../../src/skills/skill-identity.ts'
import { alike, shortest } from '../../fixtures/like-ids.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { HiveRecord } from '../../../crdt/index.ts'
import type { HiveNode, SkillInit } from '../../../src/index.ts'

const CLOCK = { now: () => Date.UTC(2026, 4, 1) }

type Call = (db: HiveNode, id: string) => unknown

const FACTS = alike(
  (number) => ({
    entity: 'note',
    content: `Plain note number ${number} is one of the list.`,
    confidence: 0.9
  }),
  (fact) => Buffer.from(identifyFact(fact).digestKey, 'latin1').toString('hex')
)
const VARIANTS = FACTS.items.flatMap(({ content }) => [
  content.replace('Plain', 'plain'),
  content.replace('.', '')
])
const GOALS = alike(
  (number): HiveRecord => ({ kind: 'goal', entity: `Ship part ${number}`, content: '' }),
  (record) => toHex(digestOf(record))
)
const RECORDS = alike(
  (number): HiveRecord => ({ kind: 'fact', entity: 'hint', content: `Plain hint ${number}.` }),
  (record) => toHex(digestOf(record))
)

function skillNamed(name: string): SkillInit {
  return {
    name,
    description: 'Returns its input.',
    kind: 'code',
    source: 'export default (input) => input',
    tests: [{ input: 1, output: 1 }]
  }
}

const idOfSkill = (init: SkillInit): string => identifySkill(init).id
const SKILLS = alike((number) => skillNamed(`own-${number}`), idOfSkill)
const OFFERS = alike((number) => skillNamed(`offer-${number}`), idOfSkill)

const fact: Record<string, Call> = {
  'knowledge.get': (db, id) => db.agent.cortex.knowledge.get(id),
  'knowledge.variants': (db, id) => db.agent.cortex.knowledge.variants(id),
  'hive.preview': (db, id) => db.agent.cortex.hive.preview(id),
  'hive.promoteToGlobalStore': (db, id) => db.agent.cortex.hive.promoteToGlobalStore(id),
  'knowledge.forget': (db, id) => db.agent.cortex.knowledge.forget(id)
}

const record: Record<string, Call> = {
  'hive.vouch': (db, id) => db.agent.cortex.hive.vouch(id),
  'hive.dispute': (db, id) => db.agent.cortex.hive.dispute(id),
  'hive.retract': (db, id) => db.agent.cortex.hive.retract(id),
  'hive.fetch': (db, id) => db.agent.cortex.hive.fetch(id),
  'goals.attach, the record': async (db, id) => {
    const { goals } = db.agent.cortex.hive
    await goals.attach(GOALS.ids[0], id)
    return goals.get(GOALS.ids[0])
  }
}

const goal: Record<string, Call> = {
  'goals.add, the parent': (db, parent) =>
    db.agent.cortex.hive.goals.add({ title: 'A part', parent }),
  'goals.decompose': (db, id) => db.agent.cortex.hive.goals.decompose(id, [{ title: 'A part' }]),
  'goals.status': (db, id) => db.agent.cortex.hive.goals.status(id, 'active'),
  'goals.get': (db, id) => db.agent.cortex.hive.goals.get(id),
  'goals.list, the parent': (db, parent) => db.agent.cortex.hive.goals.list({ parent }),
  'goals.attach': (db, id) => db.agent.cortex.hive.goals.attach(id, RECORDS.ids[0]),
  'goals.templates': (db, id) => db.agent.cortex.hive.goals.templates(id),
  'goals.playbook': async (db, id) => {
    using playbook = db.agent.cortex.hive.goals.playbook(id)
    return [await playbook.steps(), playbook.goal]
  },
  'playbook.insert': async (db, id) => {
    using playbook = db.agent.cortex.hive.goals.playbook(id)
    await playbook.insert(0, { title: 'A step' })
    return (await playbook.steps()).map(({ title }) => title)
  }
}

const skill: Record<string, Call> = {
  'capabilities.get': async (db, id) => (await db.agent.cortex.capabilities.get(id)).id,
  'capabilities.lineage': (db, id) => db.agent.cortex.capabilities.lineage(id),
  'capabilities.history': async (db, id) =>
    (await db.agent.cortex.capabilities.history(id)).map(({ id: of, to }) => [of, to]),
  'capabilities.invoke': async (db, id) => {
    const run = await db.agent.cortex.capabilities.invoke(id, 5, { record: false })
    return run.output
  },
  'capabilities.test': (db, id) => db.agent.cortex.capabilities.test(id),
  'capabilities.recordOutcome': async (db, id) => {
    const { capabilities } = db.agent.cortex
    await capabilities.recordOutcome(id, { ok: true })
    return (await capabilities.list()).map((each) => [each.id, each.trials])
  },
  'capabilities.rank': (db, id) => db.agent.cortex.capabilities.rank(id),
  'capabilities.choose': async (db, id) => (await db.agent.cortex.capabilities.choose([id]))?.id,
  'capabilities.failures': (db, id) => db.agent.cortex.capabilities.failures({ skill: id }),
  'capabilities.triggerPreWarm': async (db, id) =>
    (await db.agent.cortex.capabilities.triggerPreWarm(id))?.id,
  'hive.skills.publish': (db, id) => db.agent.cortex.hive.skills.publish(id),
  'capabilities.updateCapabilityStatus': async (db, id) => {
    const { capabilities } = db.agent.cortex
    return (await capabilities.updateCapabilityStatus(id, 'blacklisted', 'a reason'))?.id
  },
  'capabilities.exportFolder': async (db, id) => {
    await using folder = await temporaryDirectory()
    await db.agent.cortex.capabilities.exportFolder(id, join(folder.path, 'skill'))
  },
  'capabilities.remove': (db, id) => db.agent.cortex.capabilities.remove(id)
}

const offer: Record<string, Call> = {
  'hive.skills.adopt': (db, id) => db.agent.cortex.hive.skills.adopt(id),
  'hive.skills.withdraw': (db, id) => db.agent.cortex.hive.skills.withdraw(id)
}

/** A node that knows two of each kind, with ids that begin alike. */
async function nodeWithAll(): Promise<HiveNode> {
  const database = new MemoryLevel<Uint8Array, Uint8Array>({
    keyEncoding: 'view',
    valueEncoding: 'view',
    storeEncoding: 'view'
  })
  const store = await openStore(database)
  const replica = await openReplica({ store })
  const records = [...RECORDS.items, ...GOALS.items, ...OFFERS.items.map(recordOf)]
  await replica.publish(records.map((each) => ({ record: each, confidence: 0.9, day: 20_000 })))
  await store.close()
  const db = await createHive({ swarm: false, store: database, clock: CLOCK, upkeep: false })
  const { knowledge, capabilities } = db.agent.cortex
  for (const { entity, content, confidence } of FACTS.items) {
    await knowledge.distill(entity, content, confidence)
  }
  for (const content of VARIANTS) await knowledge.distill('note', content, 0.5)
  for (const init of SKILLS.items) await capabilities.registerCapability(init)
  return db
}

function recordOf(init: SkillInit): HiveRecord {
  return identifySkill(init).record
}

/** The result of a call, or the code of its error. */
async function outcomeOf(call: Call, db: HiveNode, id: string): Promise<unknown> {
  try {
    return { result: await call(db, id) }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: error.code }
    throw error
  }
}

const KINDS = [
  { calls: fact, found: FACTS, text: 'note: Plain note number' },
  { calls: record, found: RECORDS, text: 'hint: Plain hint' },
  { calls: goal, found: GOALS, text: 'Ship part' },
  { calls: skill, found: SKILLS, text: 'own-', named: true },
  { calls: offer, found: OFFERS, text: 'offer-' }
] as const

describe('ids of any call', () => {
  // Each call is made in the same order on three nodes, by an id in another form on each.
  let nodes: HiveNode[]
  before(async () => {
    nodes = await Promise.all([nodeWithAll(), nodeWithAll(), nodeWithAll()])
  })
  after(() => Promise.all(nodes.map((db) => db.stop())))

  for (const { calls, found, text, ...kind } of KINDS) {
    for (const [name, call] of Object.entries(calls)) {
      const [one, other] = found.ids
      const short = shortest(one, other)

      it(`are never chosen of several, and need 6 digits: ${name}`, async () => {
        const [db] = nodes
        assert.ok(db !== undefined)
        const calling = async (id: string): Promise<unknown> => call(db, id)
        await assert.rejects(calling(found.digits), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'ID_AMBIGUOUS', error.message)
          for (const id of found.ids) assert.ok(error.message.includes(`\n  ${id.slice(0, 12)}`))
          assert.equal(error.message.split(text).length, 3)
          return true
        })
        const code = 'named' in kind ? 'SKILL_UNKNOWN' : 'ARGUMENT_INVALID'
        await assert.rejects(calling(one.slice(0, 5)), { code, message: /6 (or more|digits)/ })
        await assert.rejects(calling('not an id'), { code })
      })

      it(`may be shortened: ${name}`, async () => {
        const [whole, ...shortened] = await Promise.all(
          [one, short, short.toUpperCase()].map((id, i) => {
            const db = nodes[i]
            assert.ok(db !== undefined)
            return outcomeOf(call, db, id)
          })
        )
        assert.deepEqual(shortened, [whole, whole])
      })
    }
  }

  it('of variants may be shortened too', async () => {
    await using db = await nodeWithAll()
    const { knowledge } = db.agent.cortex
    const [first, second] = await knowledge.variants(FACTS.ids[0])
    assert.ok(first !== undefined && second !== undefined)
    assert.equal((await knowledge.get(first.id.slice(0, 10)))?.id, FACTS.ids[0])
    assert.equal(await knowledge.split(first.id.slice(0, 10)), true)
    assert.equal((await knowledge.get(first.id))?.id, first.id)
    assert.equal((await knowledge.forget(second.id.slice(0, 10))).forgotten, true)
    assert.deepEqual(await knowledge.variants(FACTS.ids[0]), [])
    assert.notEqual(await knowledge.get(FACTS.ids[0]), undefined)
  })

  it('of steps may be shortened too, and are never chosen of several', async () => {
    await using db = await nodeWithAll()
    using playbook = db.agent.cortex.hive.goals.playbook(GOALS.ids[0])
    const one = await playbook.insert(0, { title: 'A long title, which takes many numbers.' })
    const other = await playbook.insert(1, { title: 'Second' })
    const digits = other.slice(0, other.indexOf('-') + 1)
    assert.ok(one.startsWith(digits))
    const short = shortest(other, one)
    assert.ok(short.length < other.length)
    const edits = [
      (id: string) => playbook.edit(id, { body: 'A body.' }),
      (id: string) => playbook.mark(id, { from: 0, to: 1, mark: 'bold' }),
      (id: string) => playbook.move(id, 0),
      (id: string) => playbook.remove(id)
    ]
    for (const edit of edits) {
      await assert.rejects(edit(digits), { code: 'ID_AMBIGUOUS', message: /Second/ })
      await assert.rejects(edit(other.slice(0, 5)), { code: 'STEP_UNKNOWN' })
      await edit(short)
    }
    assert.deepEqual(
      (await playbook.steps()).map(({ id }) => id),
      [one]
    )
  })

  it('of skills do not win over a name that looks like one, nor does the name', async () => {
    await using db = await nodeWithAll()
    const { capabilities } = db.agent.cortex
    const [one] = SKILLS.ids
    const name = one.slice(0, 12)
    const named = await capabilities.registerCapability(skillNamed(name))
    await assert.rejects(capabilities.get(name), { code: 'ID_AMBIGUOUS' })
    assert.equal((await capabilities.get(one.slice(0, 13))).id, one)
    assert.equal((await capabilities.get(named.id.slice(0, 12))).id, named.id)
  })

  it('name a goal of a context, or its title', async () => {
    await using db = await nodeWithAll()
    const { context, hive } = db.agent.cortex
    const [one, other] = GOALS.ids
    await hive.goals.attach(one, RECORDS.ids[0])
    const { items } = await context({ goal: shortest(one, other) })
    assert.equal(items[0]?.fact.id, RECORDS.ids[0])
    await assert.rejects(context({ goal: GOALS.digits }), { code: 'ID_AMBIGUOUS' })
    assert.deepEqual((await context({ goal: 'decade' })).items, [])
  })

  it('of goals are checked when a subscription begins', async () => {
    await using db = await nodeWithAll()
    const { hive } = db.agent.cortex
    assert.throws(() => hive.subscribe({ goals: ['abc'] }, () => undefined), {
      code: 'ARGUMENT_INVALID'
    })
    const released = Promise.withResolvers<string>()
    const short = shortest(...GOALS.ids)
    using subscription = hive.subscribe({ goals: [short] }, ({ id }) => released.resolve(id))
    await hive.goals.attach(GOALS.ids[0], RECORDS.ids[0])
    assert.equal(await released.promise, RECORDS.ids[0])
    assert.deepEqual(subscription.filter.goals, [short])
  })

  it('that nothing has are reported with what to run', async () => {
    await using db = await nodeWithAll()
    const { knowledge, hive, capabilities } = db.agent.cortex
    const unknown = '0f0f0f0f'
    assert.equal(await knowledge.get(unknown), undefined)
    assert.equal(await hive.preview(unknown), undefined)
    assert.equal(await hive.goals.get(unknown), undefined)
    assert.equal((await knowledge.forget(unknown)).forgotten, false)
    const refusals = [
      [() => hive.promoteToGlobalStore(unknown), 'RECORD_UNKNOWN', /hive recall/],
      [() => hive.vouch(unknown), 'RECORD_UNKNOWN', /hive insights/],
      [() => hive.retract(unknown), 'RECORD_UNKNOWN', /hive insights/],
      [() => hive.fetch(unknown), 'RECORD_UNKNOWN', /all 64 digits/],
      [() => hive.goals.status(unknown, 'active'), 'GOAL_UNKNOWN', /hive goals/],
      [() => hive.goals.playbook(unknown).steps(), 'GOAL_UNKNOWN', /hive goals/],
      [() => hive.skills.adopt(unknown), 'RECORD_UNKNOWN', /hive skill offers/],
      [() => capabilities.get(unknown), 'SKILL_UNKNOWN', /hive skills/]
    ] as const
    for (const [call, code, message] of refusals) await assert.rejects(call, { code, message })
  })
})
