import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { budget } from '../../fixtures/budget.ts'
import { governedNode, NAMES, WHY } from './governed-node.ts'
import type { GovernedNode } from './governed-node.ts'

/** Mail addresses are anonymised: facts that differ in them alone have one record. */
function textOf(topic: number, mail: number, ending = '.'): readonly [string, string] {
  return [`topic ${topic}`, `Write to user${mail}@example.org about ${topic}${ending}`]
}

type Step =
  | {
      readonly do: 'distill'
      readonly agent: number
      readonly topic: number
      readonly mail: number
    }
  | { readonly do: 'vary'; readonly agent: number; readonly topic: number; readonly mail: number }
  | { readonly do: 'broadcast'; readonly agent: number }
  | { readonly do: 'promote'; readonly agent: number; readonly pick: number }
  | { readonly do: 'forget'; readonly pick: number }

/** Mostly one agent, so that it often stands alone on a record. */
const agent = fc.constantFrom(0, 0, 0, 1, 2)
const topic = fc.nat(2)
const mail = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('distill' as const), agent, topic, mail }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('vary' as const), agent, topic, mail }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('broadcast' as const), agent }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('promote' as const), agent, pick: fc.nat(9) })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), pick: fc.nat(9) }) }
)

/** Steps at one time run at once. */
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), {
  minLength: 3,
  maxLength: 8
})

/** What was published, told from the sections of promotions and facts alone. */
class Expected {
  readonly #node: GovernedNode
  readonly #ids = new Set<string>()
  readonly #published = new Map<string, { record: string; agents: Set<string>; at: Date }>()

  constructor(node: GovernedNode) {
    this.#node = node
  }

  get ids(): readonly string[] {
    return [...this.#ids]
  }

  learned(id: string): void {
    this.#ids.add(id)
  }

  /** Reads what became of the steps of one time. */
  async follow(at: Date): Promise<void> {
    const promoted = await this.#node.promoted()
    for (const [fact, { record }] of this.#published) {
      if (promoted.get(fact) !== record) this.#published.delete(fact)
    }
    for (const [fact, record] of promoted) {
      const before = this.#published.get(fact)?.at
      this.#published.set(fact, { record, agents: await this.#learnedBy(fact), at: before ?? at })
    }
  }

  /** Records that only this agent stands on, and in the window alone. */
  async withdrawn(name: string, from: Date, to: Date): Promise<Set<string>> {
    const records = new Set<string>()
    const all = [...this.#published.values()]
    for (const { record } of all) {
      const standing = all.filter((each) => each.record === record)
      const isOwn = standing.every(
        ({ agents, at }) => agents.size === 1 && agents.has(name) && at >= from && at <= to
      )
      if (isOwn && (await this.#node.vouches(record))) records.add(record)
    }
    return records
  }

  records(): Set<string> {
    return new Set([...this.#published.values()].map(({ record }) => record))
  }

  async #learnedBy(id: string): Promise<Set<string>> {
    const { knowledge } = this.#node.db.agent.cortex
    const fact = await knowledge.get(id)
    const variants = fact === undefined ? [] : await knowledge.variants(fact.id)
    return new Set([...(fact === undefined ? [] : [fact]), ...variants].map((each) => each.agent))
  }
}

async function act(node: GovernedNode, expected: Expected, given: Step): Promise<void> {
  if (given.do === 'forget') {
    const id = expected.ids[given.pick]
    if (id !== undefined) await node.db.agent.cortex.knowledge.forget(id)
    return
  }
  const { knowledge, hive } = node.agent(NAMES[given.agent] ?? '').cortex
  if (given.do === 'broadcast') await hive.broadcastKnowledge()
  else if (given.do === 'promote') {
    const id = expected.ids[given.pick]
    const isThere = id !== undefined && (await knowledge.get(id))?.id === id
    // Another step of this time may forget it.
    if (isThere) await hive.promoteToGlobalStore(id).catch(() => undefined)
  } else {
    const isVariant = given.do === 'vary'
    const [entity, content] = textOf(given.topic, given.mail, isVariant ? '!' : '.')
    const options = { enableBloomHeuristic: !isVariant }
    expected.learned((await knowledge.distill(entity, content, 0.95, options)).id)
  }
}

describe('containment', function () {
  this.timeout(600_000)

  it('withdraws exactly the records of the window and the agent, in any interleaving', async () => {
    const property = fc.asyncProperty(
      history,
      agent,
      fc.nat(4),
      fc.nat(4),
      fc.boolean(),
      async (times, who, start, length, byId) => {
        await using node = await governedNode()
        const expected = new Expected(node)
        const clock: Date[] = []
        for (const steps of times) {
          const at = node.tick()
          clock.push(at)
          // Forgetting has a window of its own: what it races with has no single outcome.
          const forgets = steps.filter((each) => each.do === 'forget')
          const others = steps.filter((each) => each.do !== 'forget')
          await Promise.all(others.map((each) => act(node, expected, each)))
          for (const each of forgets) await act(node, expected, each)
          await expected.follow(at)
        }
        const from = clock[Math.min(start, clock.length - 1)] ?? new Date(0)
        const to = clock[Math.min(start + length, clock.length - 1)] ?? from
        const name = NAMES[who] ?? ''
        const { governor } = node.db.agent.cortex
        const gone = await expected.withdrawn(name, from, to)
        const before = await vouched(node, expected.records())
        const preview = await governor.preview({ agent: name, from, to })
        assert.equal(preview.withdraws, gone.size, 'the preview')
        assert.deepEqual(await vouched(node, expected.records()), before, 'a preview withdraws')
        const target = byId ? { id: preview.id } : { agent: name, from, to }
        const report = await governor.contain(target, WHY)
        assert.equal(report.withdrawn, gone.size)
        assert.ok(governor.isFrozen(name))
        const left = new Set([...before].filter((record) => !gone.has(record)))
        assert.deepEqual(await vouched(node, expected.records()), left)
        assert.equal((await governor.preview({ agent: name, from, to })).withdraws, 0)
        if (byId) assert.equal((await governor.contain(target, WHY)).withdrawn, gone.size)
      }
    )
    await fc.assert(property, { numRuns: budget(60, 1_000), seed: 20_261_128 })
  })

  it('states what stays, and why', async () => {
    await using node = await governedNode()
    const { governor, hive } = node.db.agent.cortex
    const [ada, bob] = [node.agent('ada').cortex, node.agent('bob').cortex]
    const quick = { enableBloomHeuristic: true }
    await ada.knowledge.distill(...textOf(0, 0), 0.95, quick)
    await ada.knowledge.distill(...textOf(2, 0), 0.95, quick)
    await hive.broadcastKnowledge()
    const from = node.tick()
    const shared = await ada.knowledge.distill(...textOf(1, 0), 0.95, quick)
    await ada.knowledge.distill(...textOf(0, 1), 0.95, quick)
    const own = await ada.knowledge.distill(...textOf(3, 0), 0.95, quick)
    await hive.broadcastKnowledge()
    const other = await bob.knowledge.distill(...textOf(1, 1), 0.95, quick)
    await hive.broadcastKnowledge()
    const preview = await governor.preview({ agent: 'ada', from })
    assert.deepEqual([preview.total, preview.withdraws, preview.stays], [3, 1, 2])
    const fates = new Map(preview.published.map((each) => [each.fact, each]))
    assert.equal(fates.get(own.id)?.stays, undefined)
    assert.deepEqual(fates.get(own.id)?.at, from)
    assert.equal(fates.get(shared.id)?.stays, 'other-agent')
    assert.deepEqual(fates.get(shared.id)?.agents, ['bob'])
    assert.deepEqual(fates.get(shared.id)?.facts, [other.id])
    const reasons = preview.published.map(({ stays }) => stays ?? 'withdrawn').toSorted()
    assert.deepEqual(reasons, ['other-agent', 'other-time', 'withdrawn'])
    const { withdrawn, stays } = await governor.contain({ id: preview.id }, WHY)
    assert.deepEqual([withdrawn, stays], [1, 2])
    assert.ok((await ada.knowledge.get(own.id)) !== undefined, 'the fact stays on this node')
    await governor.unfreeze('ada', WHY)
    assert.equal((await hive.broadcastKnowledge()).promoted, 0, 'and is not published again')
  })

  it('leaves a record that this node vouched for by hand', async () => {
    await using node = await governedNode()
    const { governor, hive } = node.db.agent.cortex
    const { knowledge } = node.agent('ada').cortex
    const from = node.tick()
    const { id } = await knowledge.distill(...textOf(0, 0), 0.95)
    const { id: record } = await hive.promoteToGlobalStore(id)
    await hive.dispute(record)
    const preview = await governor.preview({ agent: 'ada', from })
    assert.deepEqual([preview.withdraws, preview.published[0]?.stays], [0, 'no-vouch'])
  })

  it('has what an earlier version published in a window from 1970 on', async () => {
    await using node = await governedNode()
    const { knowledge, hive } = node.agent('ada').cortex
    await knowledge.distill(...textOf(0, 0), 0.95)
    await hive.broadcastKnowledge()
    const { database } = node.files
    await database.clear({ gt: Buffer.from('!publications!'), lt: Buffer.from('!publications"') })
    const { governor } = node.db.agent.cortex
    const window = { agent: 'ada', from: node.tick(-1_000) }
    assert.equal((await governor.preview(window)).total, 0)
    const all = await governor.contain({ agent: 'ada', from: new Date(0) }, WHY)
    assert.deepEqual([all.withdrawn, all.stays], [1, 0])
  })

  it('goes on at the next start where it was interrupted', async () => {
    await using node = await governedNode()
    const { knowledge, hive } = node.agent('ada').cortex
    const facts = Array.from({ length: 450 }, (_, i) => {
      return { entity: `entity ${i}`, content: `Statement number ${i}.`, confidence: 0.95 }
    })
    await knowledge.distillMany(facts)
    await hive.broadcastKnowledge()
    const records = new Set((await node.promoted()).values())
    const { id } = await node.db.agent.cortex.governor.preview({ agent: 'ada', from: new Date(0) })
    // The start, the first batch, and the fact that the second one is refused.
    node.files.failAfter(2)
    await assert.rejects(node.db.agent.cortex.governor.contain({ id }, WHY), {
      code: 'STORE_WRITE_FAILED'
    })
    assert.ok(node.db.agent.cortex.governor.isFrozen('ada'))
    assert.equal((await vouched(node, records)).size, 250)
    await node.restart()
    const report = await node.db.agent.cortex.governor.contain({ id }, WHY)
    assert.equal(report.withdrawn, 450)
    assert.equal((await vouched(node, records)).size, 0)
    const changes = await node.db.agent.cortex.governor.history('ada')
    assert.equal(changes.length, 1, 'it froze once')
  })

  it('goes on by itself once there is room', async () => {
    await using node = await governedNode()
    const { knowledge, hive } = node.agent('ada').cortex
    for (let i = 0; i < 2; i++) await knowledge.distill(`door ${i}`, `It opens at ${i}.`, 0.95)
    await hive.broadcastKnowledge()
    const records = new Set((await node.promoted()).values())
    const { governor } = node.db.agent.cortex
    const { id } = await governor.preview({ agent: 'ada', from: new Date(0) })
    // After the start.
    node.files.failAfter(1)
    await assert.rejects(governor.contain({ id }, WHY), { code: 'STORE_WRITE_FAILED' })
    assert.equal((await vouched(node, records)).size, 2)
    while ((await vouched(node, records)).size > 0) await nextTurn()
    assert.equal((await governor.contain({ id }, WHY)).withdrawn, 2)
  })

  it('refuses a window that is to come, and an unknown preview', async () => {
    await using node = await governedNode()
    const { governor } = node.db.agent.cortex
    const from = new Date(node.tick().getTime() + 1)
    await assert.rejects(governor.preview({ agent: 'ada', from }), { code: 'ARGUMENT_INVALID' })
    await assert.rejects(governor.contain({ id: 'x' }, WHY), { code: 'PREVIEW_UNKNOWN' })
    assert.equal(governor.isFrozen('ada'), false)
  })
})

async function vouched(node: GovernedNode, records: Iterable<string>): Promise<Set<string>> {
  const found = new Set<string>()
  for (const record of records) if (await node.vouches(record)) found.add(record)
  return found
}
