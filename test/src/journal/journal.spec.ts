import assert from 'node:assert/strict'
import { openStore } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { errorClassOf, JournalStore } from '../../../src/journal/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { NewRow } from '../../../src/journal/journal-row.ts'

const ACTION: NewRow = { kind: 'action', name: 'test', ok: true, task: 'all' }

describe('the journal of an agent', () => {
  it('has sessions and actions with their task, after a restart', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path, swarm: false } as const
    {
      await using db = await createHive(options)
      await db.agent.persona.edit({ role: 'You review.', goal: 'Find defects.' })
      const session = await db.agent.session({ id: 'one', task: 'review' })
      await session.record({ name: 'ask', ok: true, costUsd: 0.25, tokens: 100, ms: 5 })
      await session.record({ name: 'run', ok: false, error: 'ETIMEDOUT', costUsd: 0.5 })
      await session.end({ outcome: 'failure', error: 'ETIMEDOUT' })
    }
    await using db = await createHive(options)
    const rows = await db.agent.journal.list()
    assert.deepEqual(
      rows.map(({ number, kind, name, ok, task, version }) => [
        number,
        kind,
        name,
        ok,
        task,
        version
      ]),
      [
        [2, 'session', 'session', false, 'review', 1],
        [1, 'action', 'run', false, 'review', 1],
        [0, 'action', 'ask', true, 'review', 1]
      ]
    )
    assert.deepEqual([rows[0]?.costUsd, rows[0]?.tokens, rows[0]?.error], [0.75, 100, 'ETIMEDOUT'])
    const { sessions, actions, errors, tasks } = await db.agent.journal.summary()
    assert.deepEqual([sessions.total, sessions.successes], [1, 0])
    assert.deepEqual([actions.total, actions.successes, actions.ms], [2, 1, { median: 5, p95: 5 }])
    assert.deepEqual(errors, [{ error: 'ETIMEDOUT', count: 2 }])
    assert.equal(tasks[0]?.task, 'review')
    assert.equal((await db.agent.journal.list({ ok: true, task: 'review' })).length, 1)
    assert.equal((await db.agent.journal.list({ session: 'two' })).length, 0)
  })

  it('counts a session that is not abandoned, once', async () => {
    await using db = await createHive({ swarm: false })
    const ended = await db.agent.session({ id: 'ended' })
    await ended.end({ outcome: 'success' })
    await ended.end({ outcome: 'success' })
    await (await db.agent.session()).end({ outcome: 'abandoned' })
    assert.equal((await db.agent.journal.list({ kind: 'session' })).length, 1)
  })

  it('stores one outcome of a run', async () => {
    await using db = await createHive({ swarm: false })
    const { journal } = db.agent
    const first = await journal.record({ name: 'run', ok: false, run: 'r1' })
    assert.deepEqual(await journal.record({ name: 'run', ok: true, run: 'r1' }), first)
    const session = await db.agent.session()
    await session.record({ name: 'run', ok: true, run: 'r1', costUsd: 1 })
    assert.deepEqual(await journal.list(), [first])
    await session.end({ outcome: 'success' })
    assert.equal((await journal.list({ kind: 'session' }))[0]?.costUsd, 0)
  })

  it('wraps a run: its outcome, its actions, and the class of an error, not its text', async () => {
    await using db = await createHive({ swarm: false })
    const answer = await db.agent.session({ task: 'sum' }, (session) =>
      session.act(
        'add',
        () => 3,
        () => ({ tokens: 7 })
      )
    )
    assert.equal(answer, 3)
    const failing = db.agent.session({ task: 'sum' }, (session) =>
      session.act('add', () => {
        throw Object.assign(new Error('secret'), { code: 'E_SUM' })
      })
    )
    await assert.rejects(failing, /secret/)
    const rows = await db.agent.journal.list()
    assert.deepEqual(
      rows.map(({ name, ok, error, tokens }) => [name, ok, error, tokens]),
      [
        ['session', false, 'E_SUM', 0],
        ['add', false, 'E_SUM', undefined],
        ['session', true, undefined, 7],
        ['add', true, undefined, 7]
      ]
    )
    assert.doesNotMatch(JSON.stringify(rows), /secret/)
    await db.agent.session({}, (session) => session.end({ outcome: 'abandoned' }))
    assert.equal((await db.agent.journal.list({ kind: 'session' })).length, 2)
  })

  it('names errors by code or name, and never by their text', () => {
    assert.equal(errorClassOf(Object.assign(new Error('x'), { code: 'ENOENT' })), 'ENOENT')
    assert.equal(errorClassOf(new TypeError('x')), 'TypeError')
    assert.equal(errorClassOf(Object.assign(new Error('x'), { name: 'My secret text' })), 'Error')
    assert.equal(errorClassOf('secret'), 'Error')
  })

  it('stores the latest 5,000 rows, and their runs', async () => {
    const store = await openStore()
    const journal = new JournalStore({ store, now: () => 0 })
    for (let i = 0; i < 5_003; i++) await journal.append('a', { ...ACTION, run: `r${i}` })
    const numbers = (await journal.list('a', { limit: 6_000 })).map(({ number }) => number)
    assert.deepEqual([numbers.length, numbers[0], numbers.at(-1)], [5_000, 5_002, 3])
    const keys = await Array.fromAsync(store.section('journal').entries(), ([key]) => key)
    assert.equal(keys.length, 10_000)
    const { actions } = await journal.summary('a')
    assert.equal(actions.total, 5_000)
  }).timeout(30_000)

  it('is as on disk after a failed write, and counts with the row in one write', async () => {
    const failing = failingDatabase()
    const store = await openStore(failing.database)
    const journal = new JournalStore({ store, now: () => 0 })
    const counts = store.section('counts')
    journal.countWith((agent, { number }) =>
      Promise.resolve([counts.put(Buffer.from(agent), Buffer.from(`${number}`))])
    )
    failing.failNext('journal')
    const session: NewRow = { ...ACTION, kind: 'session' }
    await assert.rejects(journal.append('a', session), { code: 'STORE_WRITE_FAILED' })
    assert.equal(await counts.get(Buffer.from('a')), undefined)
    const before = failing.writes.length
    await Promise.all([journal.append('a', session), journal.append('a', session)])
    assert.deepEqual(
      failing.writes.slice(before).map(({ sync }) => sync),
      [true, true]
    )
    assert.deepEqual(
      (await journal.list('a', { limit: 9 })).map(({ number }) => number),
      [1, 0]
    )
    assert.equal(Buffer.from((await counts.get(Buffer.from('a'))) ?? []).toString(), '1')
  })

  it('refuses what is not an outcome, and stores nothing', async () => {
    await using db = await createHive({ swarm: false })
    const wrong = [
      { name: '', ok: true },
      { name: 'x', ok: 1 },
      { name: 'x', ok: true, ms: -1 }
    ]
    for (const action of wrong) {
      // @ts-expect-error -- as a JavaScript caller would
      await assert.rejects(db.agent.journal.record(action), { code: 'ARGUMENT_INVALID' })
    }
    await assert.rejects(db.agent.session({ task: 'a b' }), { code: 'ARGUMENT_INVALID' })
    assert.deepEqual(await db.agent.journal.list(), [])
  })
})
