import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openStore, StoreError } from '../../../crdt/index.ts'
import { RunCounts } from '../../../src/governance/run-counts.ts'
import { budget } from '../../fixtures/budget.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import type { Database, Store } from '../../../crdt/index.ts'

/** The first one has a limit. */
const AGENTS = ['limited', 'free', 'other']

const LIMIT = 1_000

const STEP = fc.record({
  /** Runs that begin at once, by agent. */
  runs: fc.array(fc.nat(AGENTS.length - 1), { minLength: 1, maxLength: 3 }),
  /** The write that fails; none if it is higher than the writes of the step. */
  failing: fc.nat(4),
  end: fc.constantFrom('none', 'none', 'none', 'crash', 'stop')
})

async function open(database: Database): Promise<{ store: Store; counts: RunCounts }> {
  const store = await openStore(database)
  const counts = new RunCounts({
    store,
    now: () => 0,
    limits: (agent) => (agent === AGENTS[0] ? { skillRunsPerDay: LIMIT } : {}),
    onError: () => undefined
  })
  await counts.load()
  return { store, counts }
}

describe('the runs of agents', () => {
  it('are counted as they were before a stop or a crash, whichever write fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 2, maxLength: 12 }), async (steps) => {
        let files = failingDatabase()
        let { store, counts } = await open(files.database)
        /** Runs under a limit that began. */
        let begun = 0
        for (const { runs, failing, end } of steps) {
          files.failAfter(failing)
          await Promise.all(
            runs.map(async (i) => {
              try {
                await counts.take(AGENTS[i] ?? '')
                if (i === 0) begun += 1
              } catch (error) {
                if (!(error instanceof StoreError)) throw error
              }
            })
          )
          await store.flush()
          files.failNever()
          assert.equal(counts.runs('limited'), begun)
          if (end === 'none') continue
          const before = AGENTS.map((agent) => counts.runs(agent))
          if (end === 'crash') {
            const copy = failingDatabase()
            await copy.fill(files.database)
            await store.close()
            files = copy
          } else {
            await counts.close()
            await store.close()
          }
          ;({ store, counts } = await open(files.database))
          const after = AGENTS.map((agent) => counts.runs(agent))
          if (end === 'stop') assert.deepEqual(after, before)
          else assert.ok(counts.runs('limited') >= begun, 'a run under a limit is lost')
          begun = counts.runs('limited')
        }
        await store.close()
      }),
      { numRuns: budget(200, 5_000) }
    )
  }).timeout(budget(60_000, 600_000))
})
