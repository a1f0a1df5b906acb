import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openStore } from '../../../crdt/index.ts'
import { createHive } from '../../../src/index.ts'
import { JournalStore } from '../../../src/journal/index.ts'
import { resumeSession, SessionStore, startSession } from '../../../src/personas/index.ts'
import {
  NO_INTERACTIONS,
  storedNumbers,
  withInteraction
} from '../../../src/personas/session-bounds.ts'
import { budget } from '../../fixtures/budget.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Store } from '../../../crdt/index.ts'
import type { Session, SessionOptions } from '../../../src/personas/index.ts'

function sessionStore(store: Store): SessionStore {
  const stored = { store, now: () => 0 }
  return new SessionStore({ ...stored, journal: new JournalStore(stored) })
}

function start(store: SessionStore, options: SessionOptions = {}): Promise<Session> {
  return startSession(store, 'a', options, () => Promise.resolve(0))
}

describe('a session', () => {
  it('is resumed after a restart, with its interactions, and ends once', async () => {
    await using directory = await temporaryDirectory()
    const options = { dataDir: directory.path, swarm: false } as const
    {
      await using db = await createHive(options)
      const session = await db.agent.session({ id: 'review' })
      await session.recordInteraction({ role: 'user', content: 'Review it.' })
      await session.recordInteraction({ role: 'assistant', content: 'Done.' })
    }
    await using db = await createHive(options)
    const session = await db.agent.resumeSession('review')
    assert.deepEqual(
      (await session.interactions()).map(({ number, role, content }) => [number, role, content]),
      [
        [0, 'user', 'Review it.'],
        [1, 'assistant', 'Done.']
      ]
    )
    const ended = await session.end({ outcome: 'success' })
    assert.deepEqual([ended.outcome, ended.interactions, ended.stored], ['success', 2, 2])
    assert.ok(ended.endedAt !== undefined && ended.endedAt >= ended.startedAt)
    assert.deepEqual(await session.end({ outcome: 'success' }), ended)
    await assert.rejects(session.end({ outcome: 'failure' }), { code: 'SESSION_ENDED' })
    const late = session.recordInteraction({ role: 'user', content: 'More.' })
    await assert.rejects(late, { code: 'SESSION_ENDED' })
    assert.deepEqual(await db.agent.sessions(), [ended])
  })

  it('belongs to its agent', async () => {
    await using db = await createHive({ swarm: false })
    const other = db.agents.create('other')
    await db.agent.session({ id: 'one' })
    await other.session({ id: 'one' })
    await assert.rejects(other.session({ id: 'one' }), { code: 'SESSION_EXISTS' })
    await assert.rejects(other.session({ id: '../one' }), { code: 'ARGUMENT_INVALID' })
    await assert.rejects(other.resumeSession('two'), { code: 'SESSION_UNKNOWN' })
    assert.equal((await other.sessions()).length, 1)
  })

  it('keeps its beginning and its end, and the rest of a long content is cut', async () => {
    const store = sessionStore(await openStore())
    const session = await start(store, {})
    for (let i = 0; i < 230; i++) {
      await session.recordInteraction({ role: 'tool', content: `${i}` })
    }
    const kept = (await session.interactions()).map(({ number }) => number)
    assert.equal(kept.length, 200)
    assert.deepEqual([kept[0], kept[19], kept[20], kept.at(-1)], [0, 19, 50, 229])
    const long = await session.recordInteraction({ role: 'user', content: 'x'.repeat(9_000) })
    assert.deepEqual([long.content.length, long.cut], [8_192, 808])
    const { interactions, stored } = await session.state()
    assert.deepEqual([interactions, stored], [231, 200])
  })

  it('stores at most 256 KiB, whatever the sizes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 49_152 }), { maxLength: 300 }), (sizes) => {
        const stored = new Map<number, number>()
        let state: ReturnType<typeof withInteraction>['sizes'] = NO_INTERACTIONS
        for (const [number, size] of sizes.entries()) {
          const { sizes: next, dropped } = withInteraction(state, size)
          stored.set(number, size)
          for (const old of dropped) assert.ok(stored.delete(old))
          state = next
          assert.deepEqual(storedNumbers(state), [...stored.keys()])
          assert.ok(stored.has(0) && stored.has(number) && stored.size <= 200)
          assert.ok([...stored.values()].reduce((sum, each) => sum + each, 0) <= 262_144)
        }
      }),
      { numRuns: budget(30, 1_000) }
    )
  })

  it('is dropped with its interactions beyond 64, the one that ended first before others', async () => {
    const inner = await openStore()
    const store = sessionStore(inner)
    for (let i = 0; i < 64; i++) {
      const session = await start(store, { id: `s${i}` })
      await session.recordInteraction({ role: 'user', content: 'x' })
    }
    await (await resumeSession(store, 'a', 's7')).end({ outcome: 'failure' })
    await start(store, { id: 's64' })
    await start(store, { id: 's65' })
    const ids = (await store.list('a')).map(({ id }) => id)
    assert.equal(ids.length, 64)
    assert.deepEqual([ids[0], ids.includes('s7'), ids.includes('s0')], ['s65', false, false])
    const keys = await Array.fromAsync(inner.section('sessions').entries(), ([key]) =>
      Buffer.from(key).toString()
    )
    // The list, and a session with an interaction for each but the two new ones.
    assert.equal(keys.length, 1 + 64 + 62)
    const restarted = await start(store, { id: 's7' })
    assert.deepEqual(await restarted.interactions(), [])
  })

  it('is as on disk after a failed write, and an interaction is one write', async () => {
    const failing = failingDatabase()
    const store = sessionStore(await openStore(failing.database))
    const session = await start(store, {})
    failing.failNext('sessions')
    const lost = session.recordInteraction({ role: 'user', content: 'lost' })
    await assert.rejects(lost, { code: 'STORE_WRITE_FAILED' })
    assert.equal((await session.state()).interactions, 0)
    const before = failing.writes.length
    const stored = await session.recordInteraction({ role: 'user', content: 'stored' })
    assert.deepEqual(
      failing.writes.slice(before).map(({ sync }) => sync),
      [true]
    )
    assert.deepEqual(await session.interactions(), [stored])
    assert.equal(stored.number, 0)
  })

  it('numbers interactions that are recorded at once in the order of the calls', async () => {
    const store = sessionStore(await openStore())
    const session = await start(store, {})
    const contents = Array.from({ length: 20 }, (_, i) => `${i}`)
    await Promise.all(
      contents.map((content) => session.recordInteraction({ role: 'user', content }))
    )
    assert.deepEqual(
      (await session.interactions()).map(({ content }) => content),
      contents
    )
  })
})
