import assert from 'node:assert/strict'
import fc from 'fast-check'
import { sumVotes } from '../../../crdt/records/standing.ts'
import { digestOf } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { rankGoal, statusOf } from '../../../src/goals/goal-rank.ts'
import { GoalLists } from '../../../src/search/goal-lists.ts'
import { openSearchFile } from '../../../src/search/search-schema.ts'
import { SearchWriter } from '../../../src/search/search-writer.ts'
import { readStatement, readStatements, writeStatement } from '../../../src/goals/goal-statement.ts'
import { createHive } from '../../../src/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import type { HiveRecord, AttestedRecord } from '../../../crdt/index.ts'
import type { Goals, HiveNode } from '../../../src/index.ts'

const none = new Uint8Array(16)

/** What one author says of the goal with this title. */
function said(title: string, ...authors: readonly (readonly string[])[]): AttestedRecord {
  const record: HiveRecord = { kind: 'goal', entity: title, content: '' }
  const register = { vote: 'vouch', confidence: 1, day: 1, commitment: none, counters: [] } as const
  const votes = authors.map((tags) => ({ register: { ...register, tags }, isRetracted: false }))
  const standing = sumVotes(votes)
  assert.ok(standing !== undefined)
  return { digest: digestOf(record), record, standing }
}

function idOf(title: string): string {
  return toHex(digestOf({ kind: 'goal', entity: title, content: '' }))
}

/** Where a goal is among others. */
interface Place {
  readonly parent?: string
  readonly variantOf?: string
  readonly children: readonly string[]
}

/** The places of goals by id, as an index gives them that learned of the goals in this order. */
async function forestOf(goals: readonly AttestedRecord[]): Promise<Map<string, Place>> {
  const database = openSearchFile(':memory:').database
  const items = await Promise.all(
    goals.map(async (attested) => {
      const goal = await rankGoal(attested, { voteOn: () => Promise.resolve(undefined) })
      const { digest, record } = attested
      const numbers = { state: 'released', vouches: 1, confidence: 0, tags: [] } as const
      return { digest, row: { record, kind: 'goal' as const, ...numbers, goal } }
    })
  )
  new SearchWriter(database).applyRecords(items, items.length)
  const lists = new GoalLists(database)
  const places = goals.map(({ digest }) => {
    const node = lists.find({ digest })
    const children = (node?.children ?? []).map(toHex).toSorted()
    const parent = node?.parent && toHex(node.parent)
    return [
      toHex(digest),
      { children, parent, variantOf: node?.variantOf && toHex(node.variantOf) }
    ] as const
  })
  database.close()
  return new Map(places.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function part(parent: string): string[] {
  return writeStatement({ status: 'open', parent: idOf(parent), templates: [], tags: [] })
}

describe('the goals of a hive', () => {
  it('are many that permute the same words, and one goal for each order', async () => {
    const words = ['ship', 'the', 'next', 'large', 'version', 'of', 'our', 'product']
    const titles = permutations(words)
      .slice(0, 1_000)
      .map((order) => order.join(' '))
    const tree = await forestOf(titles.map((title) => said(title, [])))
    assert.equal(tree.size, 1_000)
    // Permutations in lexicographic order: the first 1,000 all begin with "ship".
    assert.equal([...tree.values()].filter(({ variantOf }) => variantOf !== undefined).length, 0)
    const closed = titles.map((title) => `${title.charAt(0).toUpperCase()}${title.slice(1)}.`)
    const both = await forestOf([...titles, ...closed].map((title) => said(title, [])))
    assert.equal(
      [...both.values()].filter(({ variantOf }) => variantOf !== undefined).length,
      1_000
    )
  })

  it('are a forest on every node, whatever links were made at once', async () => {
    const links = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(links, fc.nat(), async (made, seed) => {
        const states = [...new Map(made).entries()].map(([child, parent]) =>
          said(`goal ${child}`, part(`goal ${parent}`))
        )
        const parents = new Set(made.map(([, parent]) => parent))
        for (const parent of parents) {
          if (!made.some(([child]) => child === parent)) states.push(said(`goal ${parent}`, []))
        }
        const shift = seed % states.length
        const shuffled = [...states.slice(shift), ...states.slice(0, shift)].toReversed()
        const tree = await forestOf(states)
        assert.deepEqual(await forestOf(shuffled), tree)
        for (const goal of tree.values()) {
          let depth = 0
          for (let at = goal.parent; at !== undefined; at = tree.get(at)?.parent) {
            depth += 1
            assert.ok(depth <= tree.size, 'a loop')
          }
        }
        // No link is left out but one of a loop, or to itself.
        const claimed = new Map([...new Map(made)].map(([c, p]) => [`goal ${c}`, `goal ${p}`]))
        for (const [child, parent] of claimed) {
          if (tree.get(idOf(child))?.parent === idOf(parent)) continue
          let at: string | undefined = parent
          for (let i = 0; i < 8 && at !== undefined && at !== child; i++) at = claimed.get(at)
          assert.equal(at, child, 'a link that is in no loop was left out')
        }
      }),
      { numRuns: 200 }
    )
  })

  it('ignore in a loop the link of the goal with the least id', async () => {
    const states = [said('a', part('b')), said('b', part('c')), said('c', part('a'))]
    const tree = await forestOf(states)
    const [least = ''] = ['a', 'b', 'c'].map(idOf).toSorted()
    const roots = [...tree].filter(([, { parent }]) => parent === undefined)
    assert.deepEqual(
      roots.map(([id]) => id),
      [least]
    )
  })

  it('have the status that prevails among their authors', () => {
    const claims = (status: 'open' | 'active' | 'abandoned' | 'achieved'): string[] =>
      writeStatement({ status, templates: [], tags: [] })
    const both = said('a', claims('active'), claims('achieved'))
    const statements = readStatements(both.standing)
    assert.equal(statusOf(statements), 'achieved')
    assert.deepEqual(Object.fromEntries(statements.statusCounts), { active: 1, achieved: 1 })
  })

  it('are said in tags that read back', () => {
    const claims = {
      status: 'active',
      parent: idOf('p'),
      templates: [idOf('x'), idOf('y')],
      tags: ['css']
    } as const
    assert.deepEqual(readStatement({ tags: writeStatement(claims).toSorted() }), {
      ...claims,
      templates: claims.templates.toSorted((a, b) =>
        Buffer.from(a, 'hex').toString('base64url') < Buffer.from(b, 'hex').toString('base64url')
          ? -1
          : 1
      )
    })
    const nonsense = ['parent:x', 'template:AAAA', 'status:done']
    assert.deepEqual(readStatement({ tags: nonsense }), {
      status: 'open',
      parent: undefined,
      templates: [],
      tags: []
    })
  })
})

describe('goals of a node', () => {
  let db: HiveNode
  let goals: Goals
  beforeEach(async () => {
    db = await createHive({ swarm: false, anonymity: { knownNames: ['ada-laptop'] } })
    goals = db.agent.cortex.hive.goals
  })
  afterEach(() => db.stop())

  it('are added once, decomposed, listed by status, parent and tag', async () => {
    const { id, status } = await goals.add({
      title: 'Ship version 2',
      description: 'All of it works offline.',
      tags: ['release']
    })
    assert.equal(status, 'new')
    const again = await goals.add({
      title: 'ship version 2',
      description: 'All of it works offline'
    })
    assert.deepEqual(again, { id, status: 'duplicate' })
    const parts = await goals.decompose(id, [{ title: 'Freeze the API' }, { title: 'Write docs' }])
    assert.deepEqual(
      parts.map((each) => each.status),
      ['new', 'new']
    )
    const goal = await goals.get(id)
    assert.deepEqual(goal?.children, parts.map((each) => each.id).toSorted())
    assert.deepEqual(goal?.tags, ['release'])
    const titles = async (filter: Parameters<Goals['list']>[0]): Promise<string[]> =>
      (await goals.list(filter)).map(({ title }) => title)
    assert.deepEqual(await titles({ parent: id }), ['Freeze the API', 'Write docs'])
    assert.deepEqual(await titles({ parent: null }), ['Ship version 2'])
    assert.deepEqual(await titles({ tags: ['release'] }), ['Ship version 2'])
    const docs = parts[1]?.id ?? ''
    assert.equal((await goals.status(docs, 'active')).status, 'active')
    assert.equal((await goals.status(docs, 'achieved')).status, 'achieved')
    // Its own word may be taken back: it is the latest of one author.
    const reopened = await goals.status(docs, 'active')
    assert.deepEqual([reopened.status, reopened.statusCounts], ['active', { active: 1 }])
    assert.equal(reopened.parent, id)
    assert.deepEqual(await titles({ status: 'active' }), ['Write docs'])
  })

  it('speak once for this node', async () => {
    const { id } = await goals.add({ title: 'Ship version 2' })
    for (const status of ['active', 'abandoned', 'active'] as const) {
      const goal = await goals.status(id, status)
      assert.deepEqual(goal.statusCounts, { [status]: 1 })
      assert.equal(goal.corroboration, 1)
    }
  })

  it('are never part of themselves', async () => {
    const { id: a } = await goals.add({ title: 'Ship version 2' })
    const [b] = await goals.decompose(a, [{ title: 'Freeze the API' }])
    await assert.rejects(goals.decompose(b?.id ?? '', [{ title: 'Ship version 2' }]), {
      code: 'GOAL_CYCLE'
    })
    await assert.rejects(goals.add({ title: 'Ship version 2', parent: a }), { code: 'GOAL_CYCLE' })
    assert.equal((await goals.get(a))?.parent, undefined)
  })

  it('leave this node anonymised, or not at all', async () => {
    const { id } = await goals.add({
      title: 'Move off ada-laptop',
      description: 'Mail ada@example.com first.'
    })
    const goal = await goals.get(id)
    assert.ok(goal !== undefined)
    assert.doesNotMatch(`${goal.title} ${goal.description}`, /ada/)
    const hidden = { title: 'Ship it', description: 'now\u202e and then' }
    await assert.rejects(goals.add(hidden), { code: 'WITHHELD' })
    assert.equal((await goals.list()).length, 1)
  })

  it('take what has worked as templates', async () => {
    const { id } = await goals.add({ title: 'Ship version 2' })
    const { knowledge, hive } = db.agent.cortex
    await knowledge.distill('release', 'Freeze the API a week before.', 0.95)
    await hive.broadcastKnowledge()
    const [insight] = await hive.getGlobalInsights()
    assert.ok(insight !== undefined)
    await goals.attach(id, insight.id)
    await goals.attach(id, insight.id)
    const templates = await goals.templates(id)
    assert.deepEqual(
      templates.map(({ content, attachments }) => [content, attachments]),
      [['Freeze the API a week before.', 1]]
    )
    await assert.rejects(goals.attach(id, id), { code: 'GOAL_UNKNOWN' })
    await assert.rejects(goals.attach(insight.id, insight.id), { code: 'GOAL_UNKNOWN' })
  })

  it('refuse what is none, with the reason', async () => {
    const unknown = 'ab'.repeat(32)
    await assert.rejects(goals.add({ title: ' ' }), { code: 'ARGUMENT_INVALID' })
    await assert.rejects(goals.add({ title: 'a', tags: ['status:achieved'] }), {
      code: 'ARGUMENT_INVALID'
    })
    await assert.rejects(goals.add({ title: 'a', tags: 'a b c d e f g'.split(' ') }), {
      code: 'LIMIT_EXCEEDED'
    })
    await assert.rejects(goals.add({ title: 'a', parent: unknown }), { code: 'GOAL_UNKNOWN' })
    await assert.rejects(goals.status(unknown, 'active'), { code: 'GOAL_UNKNOWN' })
    await assert.rejects(goals.status('x', 'active'), { code: 'ARGUMENT_INVALID' })
    await assert.rejects(goals.playbook(unknown).insert(0, { title: 'a' }), {
      code: 'GOAL_UNKNOWN'
    })
    const signal = AbortSignal.abort(new Error('stop'))
    await assert.rejects(goals.add({ title: 'a' }, { signal }), /^Error: stop$/)
    await assert.rejects(goals.list({ signal }), /^Error: stop$/)
    assert.deepEqual(await goals.list(), [])
  })
})

describe('a playbook of a node', () => {
  let db: HiveNode
  let id: string
  beforeEach(async () => {
    db = await createHive({ swarm: false, anonymity: { knownNames: ['ada-laptop'] } })
    ;({ id } = await db.agent.cortex.hive.goals.add({ title: 'Ship version 2' }))
  })
  afterEach(() => db.stop())

  it('is written, marked, moved and read', async () => {
    using playbook = db.agent.cortex.hive.goals.playbook(id)
    const freeze = await playbook.insert(0, { title: 'Freeze', body: 'No new API.' })
    const test = await playbook.insert(9, { title: 'Test' })
    await playbook.edit(test, { body: 'On all three systems.' })
    await playbook.mark(test, { from: 3, to: 6, mark: 'bold' })
    await playbook.move(test, 0)
    const steps = await playbook.steps()
    assert.deepEqual(
      steps.map(({ title, body }) => `${title}: ${body}`),
      ['Test: On all three systems.', 'Freeze: No new API.']
    )
    assert.deepEqual(steps[0]?.spans, [
      { text: 'On ', marks: [] },
      { text: 'all', marks: ['bold'] },
      { text: ' three systems.', marks: [] }
    ])
    await playbook.remove(freeze)
    assert.equal((await playbook.steps()).length, 1)
    await assert.rejects(playbook.edit(freeze, { title: 'Thaw' }), { code: 'STEP_UNKNOWN' })
    await assert.rejects(playbook.move(freeze, 0), { code: 'STEP_UNKNOWN' })
    await assert.rejects(playbook.remove('x'), { code: 'STEP_UNKNOWN' })
    const range = { from: 3, to: 600, mark: 'bold' } as const
    await assert.rejects(playbook.mark(test, range), { code: 'ARGUMENT_INVALID' })
  })

  it('keeps what another agent wrote since it was read', async () => {
    const other = db.agents.create('other')
    using mine = db.agent.cortex.hive.goals.playbook(id)
    using theirs = other.cortex.hive.goals.playbook(id)
    const step = await mine.insert(0, { title: 'Test', body: 'Read it. Ship it.' })
    await mine.steps()
    await theirs.steps()
    let changes = 0
    mine.on('change', () => (changes += 1))
    await theirs.edit(step, { body: 'Read it. Test it. Ship it.' })
    await mine.edit(step, { body: 'Read it twice. Ship it.' })
    const [{ body } = { body: '' }] = await mine.steps()
    assert.equal(body, 'Read it twice. Test it. Ship it.')
    assert.equal(changes, 2)
  })

  it('marks the words that were read, also where another agent wrote before them since', async () => {
    using mine = db.agent.cortex.hive.goals.playbook(id)
    using theirs = db.agents.create('other').cortex.hive.goals.playbook(id)
    const step = await mine.insert(0, { title: 'Test', body: 'Read it. Ship it.' })
    await mine.steps()
    await theirs.steps()
    await theirs.edit(step, { body: 'First of all: Read it. Ship it.' })
    await mine.mark(step, { from: 0, to: 4, mark: 'bold' })
    const marked = async (): Promise<unknown> =>
      (await theirs.steps())[0]?.spans.filter(({ marks }) => marks.length > 0)
    assert.deepEqual(await marked(), [{ text: 'Read', marks: ['bold'] }])
    await mine.steps()
    await theirs.edit(step, { body: 'First of all: Ship it.' })
    await assert.rejects(mine.mark(step, { from: 14, to: 18, mark: 'code' }), {
      code: 'ARGUMENT_INVALID',
      message: /no longer/
    })
    const most = { from: 0, to: 32, mark: 'code' } as const
    await assert.rejects(mine.mark(step, most), { message: /only 31 characters/ })
  })

  it('is written anonymised, or not at all', async () => {
    using playbook = db.agent.cortex.hive.goals.playbook(id)
    const step = await playbook.insert(0, { title: 'Ask', body: 'Mail ada@example.com.' })
    await playbook.edit(step, { title: 'Ask on ada-laptop' })
    const [read] = await playbook.steps()
    assert.doesNotMatch(`${read?.title} ${read?.body}`, /ada/)
    await assert.rejects(playbook.insert(0, { title: 'Hide', body: 'a\u202eb' }), {
      code: 'WITHHELD'
    })
    assert.equal((await playbook.steps()).length, 1)
  })

  it('leaves the part of a step that an edit does not name as others wrote it', async () => {
    const { database } = failingDatabase()
    const shared = { swarm: false, store: database } as const
    let goal: string
    let step: string
    {
      await using other = await createHive(shared)
      const { goals } = other.agent.cortex.hive
      goal = (await goals.add({ title: 'Ship version 2' })).id
      using playbook = goals.playbook(goal)
      step = await playbook.insert(0, { title: 'Cloud', body: 'Set up the cloud.' })
    }
    await using here = await createHive({ ...shared, anonymity: { knownNames: ['cloud'] } })
    using playbook = here.agent.cortex.hive.goals.playbook(goal)
    const read = async (): Promise<unknown[]> =>
      (await playbook.steps()).flatMap(({ title, body }) => [title, body])
    await playbook.edit(step, { title: 'Later' })
    assert.deepEqual(await read(), ['Later', 'Set up the cloud.'])
    await playbook.edit(step, { body: 'Set up the cloud twice.' })
    assert.deepEqual(await read(), ['Later', 'Set up the <NAME_1> twice.'])
  })

  it('takes no more than it may, and says so', async () => {
    using playbook = db.agent.cortex.hive.goals.playbook(id)
    await assert.rejects(playbook.insert(0, { title: 'one step '.repeat(100) }), {
      code: 'PLAYBOOK_EDIT_TOO_LARGE'
    })
    await assert.rejects(playbook.insert(0, { title: 'a', body: 'one step '.repeat(3_000) }), {
      code: 'PLAYBOOK_EDIT_TOO_LARGE'
    })
    await assert.rejects(playbook.insert(-1, { title: 'a' }), { code: 'ARGUMENT_INVALID' })
    await assert.rejects(playbook.insert(0, { title: 'a\ud800' }), { code: 'ARGUMENT_INVALID' })
    assert.deepEqual(await playbook.steps(), [])
  })

  it('does nothing after it was closed', async () => {
    const playbook = db.agent.cortex.hive.goals.playbook(id)
    playbook.close()
    playbook.close()
    await assert.rejects(playbook.steps(), { code: 'STOPPED' })
    await assert.rejects(playbook.insert(0, { title: 'a' }), { code: 'STOPPED' })
  })

  it('stops waiting when it is told to', async () => {
    using playbook = db.agent.cortex.hive.goals.playbook(id)
    const signal = AbortSignal.abort(new Error('stop'))
    await assert.rejects(playbook.insert(0, { title: 'a' }, { signal }), /^Error: stop$/)
    await assert.rejects(playbook.steps({ signal }), /^Error: stop$/)
  })
})

function permutations(items: readonly string[]): string[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest])
  )
}
