import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createHive } from '../../../src/index.ts'
import { solve, SOLVER } from '../../fixtures/evolving-agent.ts'
import { randomOf } from '../../fixtures/random.ts'
import type { Case, CaseSide, HiveNode } from '../../../src/index.ts'

const SERVER = { entity: 'build server', attribute: 'runtime' } as const
const SINCE = new Date('2026-03-02')
const WHY = { why: 'The server was updated.' } as const

function runtime(value: string): object {
  return { attribute: SERVER.attribute, value, validFrom: SINCE, tags: ['ci'] }
}

/** The node learns a value, and publishes it. */
async function publish({ agent }: HiveNode, value: string): Promise<string> {
  const { knowledge, hive } = agent.cortex
  const { id } = await knowledge.distill(
    SERVER.entity,
    `The build server runs ${value}.`,
    0.9,
    runtime(value)
  )
  return (await hive.promoteToGlobalStore(id)).id
}

/** What a node recalls, and the states of the claims. */
async function known({ agent }: HiveNode): Promise<{ recalled: string[]; claims: string[] }> {
  const { knowledge } = agent.cortex
  const { items } = await knowledge.recall('build server runs', { maxWait: Infinity })
  const claims = await knowledge.history(SERVER.entity, SERVER.attribute)
  return {
    recalled: [...new Set(items.map(({ fact }) => String(fact.value)))].toSorted(),
    claims: claims.map(({ value, state }) => `${value} ${state}`).toSorted()
  }
}

/** Who states a value: the fact, and the record with the length of its first day. */
function rowsOf({ value, evidence }: CaseSide): unknown[] {
  const rows = evidence.map((row) => {
    if (row.origin === 'trial') return row
    return row.origin === 'local'
      ? [row.origin, row.agent, row.private, row.stale]
      : [row.origin, row.state, row.vouches, row.disputes, row.own, row.days?.from.length]
  })
  return [value, ...rows]
}

function sideOf({ sides }: Pick<Case, 'sides'>, value: string): string {
  return sides.find((side) => side.value === value)?.id ?? ''
}

describe('a case of a disputed claim', function () {
  this.timeout(60_000)
  const signal = (): AbortSignal => AbortSignal.timeout(30_000)
  let stack: AsyncDisposableStack
  let nodes: HiveNode[]
  let a: HiveNode
  let b: HiveNode
  let old: string
  let recent: string

  async function synced(): Promise<void> {
    const count = async (): Promise<number> =>
      new Set(await Promise.all(nodes.map((node) => node.digest()))).size
    while ((await count()) > 1) {
      const changes = nodes.map((node) => once(node, 'hive:change', { signal: signal() }))
      for (const change of changes) change.catch(() => undefined)
      for (const node of nodes) await node.agent.cortex.hive.synchronize({ signal: signal() })
      if ((await count()) > 1) await Promise.race(changes)
    }
  }

  async function join(k: number): Promise<HiveNode> {
    const bootstrap = nodes[0]?.multiaddrs ?? []
    const node = stack.use(await createHive({ upkeep: false, swarm: { k, bootstrap } }))
    nodes.push(node)
    return node
  }

  /** Two nodes that each publish a value. */
  async function disagree(k: number): Promise<void> {
    a = await join(k)
    b = await join(k)
    old = await publish(a, 'Node 22')
    recent = await publish(b, 'Node 24')
    await synced()
  }

  const votes = (): Promise<unknown> =>
    Promise.all(
      [a, b].flatMap(({ agent: { cortex } }) => [cortex.hive.get(old), cortex.hive.get(recent)])
    )

  beforeEach(() => {
    stack = new AsyncDisposableStack()
    nodes = []
  })
  afterEach(() => stack.disposeAsync())

  it('is decided on both nodes by one of them, and reversed exactly', async () => {
    await disagree(1)
    const before = { a: await known(a), b: await known(b), votes: await votes() }
    assert.deepEqual(before.a.claims, ['Node 22 disputed', 'Node 24 disputed'])
    assert.deepEqual(before.b, before.a)
    const { cases } = a.agent.cortex
    const opened = await cases.open(SERVER)
    assert.deepEqual([opened.state, opened.truncated], ['open', false])
    assert.deepEqual(opened.sides.map(rowsOf), [
      ['Node 22', ['local', a.agent.name, false, false], ['hive', 'released', 1, 0, 'vouch', 10]],
      ['Node 24', ['hive', 'released', 1, 0, undefined, 10]]
    ])
    const choose = sideOf(opened, 'Node 24')
    const {
      number,
      votes: cast,
      facts
    } = await cases.decide(opened.id, { choose, ...WHY, by: 'Ada' })
    assert.deepEqual([number, cast, facts], [1, 2, 1])
    assert.deepEqual(await known(a), { recalled: ['Node 24'], claims: ['Node 24 current'] })
    await synced()
    // The fact of the other node stays; what the swarm states of the value is hidden.
    assert.deepEqual((await known(b)).claims, ['Node 24 current'])
    assert.equal((await b.agent.cortex.hive.get(recent))?.corroboration, 2)
    const [decided] = await cases.list({ state: 'decided' })
    const [decision] = decided?.decisions ?? []
    assert.deepEqual(
      [decision?.choose, decision?.why, decision?.by, decision?.agent],
      [choose, WHY.why, 'Ada', a.agent.name]
    )
    await assert.rejects(cases.decide(opened.id, { choose, ...WHY }), { code: 'CASE_STATE' })

    const { reversed } = await cases.reverse(opened.id, { why: 'It was another server.' })
    assert.equal(reversed?.why, 'It was another server.')
    await synced()
    assert.deepEqual({ a: await known(a), b: await known(b), votes: await votes() }, before)
    assert.equal((await cases.get(opened.id)).state, 'open')
    await assert.rejects(cases.reverse(opened.id, WHY), { code: 'CASE_STATE' })
    assert.deepEqual(await cases.list({ state: 'decided' }), [])
  })

  it('has an effect here where k authors vouch for the other side', async () => {
    await disagree(2)
    await join(2)
    await synced()
    for (const { agent } of nodes) for (const id of [old, recent]) await agent.cortex.hive.vouch(id)
    await synced()
    const { cases } = a.agent.cortex
    const opened = await cases.open(SERVER)
    await cases.decide(opened.id, { choose: sideOf(opened, 'Node 24'), ...WHY })
    assert.deepEqual(await known(a), { recalled: ['Node 24'], claims: ['Node 24 current'] })
    await synced()
    // One dispute is no quorum elsewhere.
    assert.equal((await b.agent.cortex.hive.get(old))?.state, 'released')
    const { sides } = await cases.get(opened.id)
    assert.deepEqual(sides.map(({ value }) => value).toSorted(), ['Node 22', 'Node 24'])
    await cases.reverse(opened.id, WHY)
    await cases.decide(opened.id, { choose: 'none', ...WHY })
    assert.deepEqual(await known(a), { recalled: [], claims: [] })
    await cases.reverse(opened.id, WHY)
    assert.equal((await known(a)).claims.length, 2)
  })
})

describe('cases', () => {
  it('are refused for what is not disputed, and opened once for a claim', async () => {
    await using db = await createHive({ swarm: false })
    const { cases, knowledge } = db.agent.cortex
    await knowledge.distill(SERVER.entity, 'It runs Node 22.', 0.9, runtime('Node 22'))
    await assert.rejects(cases.open(SERVER), { code: 'CASE_UNDISPUTED' })
    await assert.rejects(cases.get('0123456789abcdef'), { code: 'CASE_UNKNOWN' })
    await assert.rejects(cases.reverse('0123456789abcdef', WHY), { code: 'CASE_UNKNOWN' })
    await knowledge.distill(SERVER.entity, 'It runs Node 24.', 0.9, runtime('Node 24'))
    const { id } = await cases.open(SERVER)
    assert.equal((await cases.open({ entity: 'Build  server', attribute: 'Runtime' })).id, id)
    assert.equal((await cases.list()).length, 1)
    await assert.rejects(cases.decide(id, { choose: 'ffffffff', ...WHY }), {
      code: 'ARGUMENT_INVALID'
    })
    await db.agent.cortex.governor.freeze(db.agent.name, WHY)
    await assert.rejects(cases.decide(id, { choose: 'none', ...WHY }), { code: 'AGENT_FROZEN' })
    assert.equal((await cases.get(id)).sides.length, 2)
  })

  it('have the rule of a kept mutation that did not hold later, with its trials', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await db.agents.create('solver', { persona: SOLVER })
    const { evolution, hive, knowledge, cases } = agent.cortex
    const random = randomOf(1)
    await solve(agent, 40, random)
    await evolution.mutate({ do: 'choose-option', trait: 'strategy', option: 'good' })
    const subject = { agent: 'solver', trial: 0 }
    await assert.rejects(cases.open(subject), { code: 'CASE_UNDISPUTED' })
    await solve(agent, 30, random)
    await evolution.advance()
    await assert.rejects(cases.open(subject), { code: 'CASE_UNDISPUTED' })
    const [rule] = await knowledge.history('persona trait strategy')
    assert.equal(rule?.state, 'current')
    await hive.promoteToGlobalStore(rule.id)
    await hive.stale(rule.id)
    const opened = await cases.open(subject)
    assert.deepEqual(opened.rule, subject)
    const [side, ...others] = opened.sides
    assert.deepEqual([side?.value, others], ['good', []])
    assert.deepEqual(
      side?.evidence.map(({ origin }) => origin),
      ['local', 'hive', 'trial']
    )
    const trial = side?.evidence.find((row) => row.origin === 'trial')
    assert.deepEqual([trial?.status, trial?.baseline?.trials], ['kept', 40])
    await cases.decide(opened.id, { choose: side?.id ?? '', why: 'It was the network.' })
    assert.equal((await knowledge.history('persona trait strategy'))[0]?.state, 'current')
    assert.equal((await hive.get(rule.id))?.isStale, undefined)
    await cases.reverse(opened.id, WHY)
    assert.deepEqual(await knowledge.history('persona trait strategy'), [])
    assert.equal((await hive.get(rule.id))?.isStale, true)
  })

  it('have a value that made a persona worse, though nobody stated it', async () => {
    await using db = await createHive({ swarm: false })
    const agent = await db.agents.create('solver', { persona: SOLVER })
    const { evolution, cases } = agent.cortex
    const random = randomOf(2)
    await solve(agent, 40, random)
    await evolution.mutate({ do: 'choose-option', trait: 'strategy', option: 'bad' })
    await solve(agent, 60, random)
    assert.equal((await evolution.settle()).status, 'inverted')
    const { id, sides } = await cases.open({ agent: 'solver', trial: 0 })
    const [row] = sides.flatMap(({ evidence }) => evidence)
    assert.ok(row?.origin === 'trial')
    assert.deepEqual([sides[0]?.value, row.status, row.reason], ['bad', 'inverted', 'worse'])
    const { votes, facts } = await cases.decide(id, { choose: 'none', ...WHY })
    assert.deepEqual([votes, facts], [0, 0])
    await assert.rejects(cases.open({ agent: 'solver', trial: 9 }), { code: 'CASE_UNDISPUTED' })
  })
})
