import assert from 'node:assert/strict'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { Impact } from '../../../src/impact/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Store } from '../../../crdt/index.ts'
import type { ShownItem } from '../../../src/index.ts'

const MAX_ROWS = 2_000

function itemOf(name: string): ShownItem {
  return { id: name.repeat(64).slice(0, 64), relevance: 0.95 }
}

describe('the impact journal', () => {
  let store: Store
  let impact: Impact
  let time = 0
  const now = (): number => (time += 1_000)

  beforeEach(async () => {
    store = await openStore()
    impact = new Impact({ store, now })
  })
  afterEach(() => store.close())

  const note = (name: string, project?: string): Promise<number | undefined> =>
    impact.note({ door: 'mcp recall', why: `about ${name}`, project, items: [itemOf(name)] })

  it('lists what was shown, the newest first, by project, with totals', async () => {
    await note('a', 'shop')
    await note('b')
    await impact.note({ door: 'mcp recall', why: 'secret question', items: [] })
    const { rows, totals } = await impact.list()
    assert.deepEqual(
      rows.map(({ why, project }) => [why, project]),
      [
        ['about b', undefined],
        ['about a', 'shop']
      ]
    )
    assert.deepEqual(totals, { shown: 2, silent: 1, outcomes: {} })
    assert.equal((await impact.list({ project: 'shop' })).rows.length, 1)
    assert.equal((await impact.list({ limit: 1 })).rows.length, 1)
  })

  it('stores 200 characters of a query, and no query of an answer that showed nothing', async () => {
    await impact.note({ door: 'd', why: 'x'.repeat(5_000), items: [itemOf('a')] })
    await impact.note({ door: 'd', why: 'secret question', items: [] })
    const stored: string[] = []
    for await (const [, value] of store.section('impact').entries()) {
      stored.push(Buffer.from(value).toString())
    }
    assert.equal((await impact.list()).rows[0]?.why.length, 200)
    assert.doesNotMatch(stored.join(), /secret/)
  })

  it('adds a report to the newest row with the item, once a kind, also by the beginning of the id', async () => {
    await note('a')
    await note('a')
    assert.equal(await impact.report('aaaaaaaaaa', 'worked'), true)
    assert.equal(await impact.report(itemOf('a').id, 'worked'), true)
    assert.equal(await impact.report(itemOf('c').id, 'worked'), false)
    const { rows, totals } = await impact.list()
    assert.deepEqual(
      rows.map(({ outcomes }) => outcomes.map(({ outcome }) => outcome)),
      [['worked'], []]
    )
    assert.deepEqual(totals.outcomes, { worked: 1 })
  })

  it('calls an item doubtful after two more reports of failure than of success', async () => {
    const { id } = itemOf('a')
    const doubts: boolean[] = []
    for (const outcome of ['failed', 'stale', 'worked'] as const) {
      await note('a')
      await impact.report(id, outcome)
      doubts.push(await impact.isDoubtful(id))
    }
    assert.deepEqual(doubts, [false, true, false])
  })

  it(`keeps ${MAX_ROWS} rows and the totals of all, and reads them again`, async () => {
    for (let i = 0; i < MAX_ROWS + 3; i++) await note('a')
    const row = await note('b')
    assert.ok(row !== undefined)
    await impact.conclude(row, 'recovered')
    const again = new Impact({ store, now })
    const { rows, totals } = await again.list({ limit: MAX_ROWS * 2 })
    assert.equal(rows.length, MAX_ROWS)
    assert.deepEqual([rows[0]?.number, rows.at(-1)?.number], [MAX_ROWS + 4, 5])
    assert.deepEqual(rows[0]?.outcomes[0]?.outcome, 'recovered')
    assert.deepEqual(totals, { shown: MAX_ROWS + 4, silent: 0, outcomes: { recovered: 1 } })
    assert.equal(await again.note({ door: 'd', why: '', items: [itemOf('c')] }), MAX_ROWS + 5)
  })

  it('drops a row that is damaged, and no other', async () => {
    await note('a')
    await note('b')
    const section = store.section('impact')
    const [first] = await Array.fromAsync(section.entries({ limit: 1 }))
    assert.ok(first !== undefined)
    await store.commit([section.put(first[0], Buffer.from('{"at":'))])
    const { rows } = await new Impact({ store, now }).list()
    assert.deepEqual(
      rows.map(({ why }) => why),
      ['about b']
    )
  })
})

describe('the impact journal of a node', () => {
  it('outlives the node, and loses a fact that is forgotten with its query', async () => {
    await using directory = await temporaryDirectory()
    const init = { dataDir: join(directory.path, 'node'), swarm: false, upkeep: false } as const
    const ids: string[] = []
    {
      await using db = await createHive(init)
      for (const summary of ['npm ci fails', 'tsc hangs']) {
        const { id } = await db.agent.cortex.knowledge.learn({ summary, action: 'retry' })
        ids.push(id)
        await db.impact.note({ door: 'd', why: summary, items: [{ id, relevance: 1 }] })
      }
    }
    await using db = await createHive(init)
    assert.equal((await db.impact.list()).rows.length, 2)
    await db.agent.cortex.knowledge.forget(ids[0] ?? '')
    const { rows } = await db.impact.list()
    assert.deepEqual(
      rows.map(({ why }) => why),
      ['tsc hangs']
    )
  })
})
