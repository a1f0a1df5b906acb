import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openStore } from '../../../crdt/index.ts'
import { RunCounts } from '../../../src/governance/run-counts.ts'
import { Ledger } from '../../../src/models/spending/ledger.ts'
import { UNTESTED } from '../../../src/skills/lifecycle/lifecycle.ts'
import { SkillRecords } from '../../../src/skills/store/skill-records.ts'
import { SkillWriter } from '../../../src/skills/store/skill-writer.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import type { Store } from '../../../crdt/index.ts'

const CLOSED = { code: 'STORE_CLOSED' } as const

/** Milliseconds: more than any wait for an fsync. */
const LONG = 10_000

const now = (): number => Date.UTC(2026, 10, 28, 12)

/** A call that began before its node stopped may end when the store is closed. */
describe('what is written when a node has stopped', () => {
  let store: Store
  let commits: number
  const errors: unknown[] = []
  const onError = (error: unknown): void => void errors.push(error)

  const counted: Pick<Store, 'section' | 'commit'> = {
    section: (name) => store.section(name),
    commit(...given) {
      commits += 1
      return store.commit(...given)
    }
  }

  beforeEach(async () => {
    store = await openStore(failingDatabase().database)
    commits = 0
    errors.length = 0
    mock.timers.enable({ apis: ['setTimeout'] })
  })
  afterEach(() => mock.timers.reset())

  async function assertNothingLater(): Promise<void> {
    const before = commits
    for (let i = 0; i < 3; i++) {
      mock.timers.tick(LONG)
      await nextTurn()
    }
    assert.equal(commits - before, 0)
  }

  it('a run is not counted, and so refused, and nothing is tried again', async () => {
    const counts = new RunCounts({ store: counted, now, limits: () => ({}), onError })
    await counts.take('scout')
    await counts.close()
    await store.close()
    await assert.rejects(counts.take('scout'), CLOSED)
    await assertNothingLater()
    assert.deepEqual([counts.runs('scout'), errors], [1, []])
  })

  it('the outcome of a run of a skill fails at once, and is not tried again', async () => {
    const records = new SkillRecords(store.section('skills'))
    const writer = new SkillWriter({ store: counted, records, onError })
    const state = {
      lifecycle: UNTESTED,
      since: 0,
      transitions: 0,
      failures: 0,
      lastFailure: 0,
      receipts: 0
    }
    await writer.write({ id: 'a'.repeat(64), state }, false)
    await writer.close()
    await store.close()
    await assert.rejects(writer.write({ id: 'b'.repeat(64), state }, false), CLOSED)
    await assertNothingLater()
    assert.deepEqual(errors, [])
  })

  it('spending of a call is not tried again', async () => {
    const ledger = new Ledger({
      store: counted,
      now,
      budgets: { node: {}, agents: {}, tasks: {} },
      agentLimits: () => ({}),
      onNearlySpent: () => undefined,
      onError
    })
    const request = { agent: 'scout', task: 'plan', model: 'f/one', cost: 1n, tokens: 1 }
    const reservation = await ledger.reserve(request, new AbortController().signal)
    await ledger.close()
    await store.close()
    reservation.release()
    await nextTurn()
    await assertNothingLater()
  })
})
