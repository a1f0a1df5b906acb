import assert from 'node:assert/strict'
import fc from 'fast-check'
import { openStore, StoreError } from '../../../crdt/index.ts'
import { Ledger } from '../../../src/models/spending/ledger.ts'
import { budget } from '../../fixtures/budget.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import type { Database, Store } from '../../../crdt/index.ts'
import type { Reservation } from '../../../src/models/spending/ledger.ts'

const AGENTS = ['ada', 'bob']

/** Tokens of a reservation, and picodollars. */
const RESERVED = 10
const COST = 100n

const HOUR = 3_600_000

const ACT = fc.record({
  name: fc.constantFrom('reserve', 'reserve', 'settle', 'settle', 'release', 'forfeit', 'wait'),
  chosen: fc.nat(5)
})

const STEP = fc.record({
  /** Nobody waits for the write of what ends a reservation. */
  acts: fc.array(ACT, { minLength: 1, maxLength: 3 }),
  /** The write that fails; none if it is higher than the writes of the step. */
  failing: fc.nat(4),
  end: fc.constantFrom('none', 'none', 'none', 'crash', 'stop')
})

interface Open {
  readonly store: Store
  readonly ledger: Ledger
}

async function open(database: Database, now: () => number): Promise<Open> {
  const store = await openStore(database)
  const ledger = new Ledger({
    store,
    now,
    budgets: { node: { day: { tokens: 1_000_000 } }, agents: {}, tasks: {} },
    onNearlySpent: () => undefined,
    agentLimits: () => ({ calls: 100_000 }),
    onError: () => undefined
  })
  await ledger.load()
  return { store, ledger }
}

/** What is spent in all, and of the limits. */
function spentOf(ledger: Ledger): { tokens: number; calls: number; cost: bigint; limits: unknown } {
  const sums = { tokens: 0, calls: 0, cost: 0n }
  for (const { input, uncertainTokens, calls, cost } of ledger.rows()) {
    sums.tokens += input + uncertainTokens
    sums.calls += calls
    sums.cost += cost
  }
  const limits = [AGENTS.map((agent) => ledger.spentBy(agent)), ledger.budgets()[0]?.spentTokens]
  return { ...sums, limits }
}

describe('the ledger', () => {
  it('has after a stop what was spent, and after a crash no less, whichever write fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 2, maxLength: 12 }), async (steps) => {
        let now = Date.UTC(2026, 0, 1, 12)
        let files = failingDatabase()
        let { store, ledger } = await open(files.database, () => now)
        let calls: Reservation[] = []
        const run = async ({ name, chosen }: (typeof steps)[0]['acts'][0]): Promise<void> => {
          if (name === 'wait') return void (now += chosen * HOUR)
          if (name === 'reserve') {
            const agent = AGENTS[chosen % AGENTS.length] ?? ''
            const request = { agent, task: 't', model: 'm', cost: COST, tokens: RESERVED }
            calls.push(await ledger.reserve(request, new AbortController().signal))
            return
          }
          const [call] = calls.splice(chosen % Math.max(1, calls.length), 1)
          const usage = { input: chosen, cacheRead: 0, cacheWrite: 0, output: 0 }
          if (name === 'settle') call?.settle(usage, BigInt(chosen))
          else call?.[name]()
        }
        for (const { acts, failing, end } of steps) {
          files.failAfter(failing)
          for (const act of acts) {
            await run(act).catch((error: unknown) => {
              if (!(error instanceof StoreError)) throw error
            })
          }
          await store.flush()
          files.failNever()
          assert.deepEqual(ledger.differences(), [])
          if (end === 'none') continue
          const before = spentOf(ledger)
          if (end === 'crash') {
            const copy = failingDatabase()
            await copy.fill(files.database)
            await store.close()
            files = copy
          } else {
            await ledger.close()
            await store.close()
          }
          ;({ store, ledger } = await open(files.database, () => now))
          const after = spentOf(ledger)
          if (end === 'stop' && calls.length === 0) assert.deepEqual(after, before)
          const left = calls.length
          assert.ok(after.calls >= before.calls + left)
          assert.ok(after.tokens >= before.tokens + left * RESERVED)
          assert.ok(after.cost >= before.cost + BigInt(left) * COST)
          if (end === 'stop') assert.equal(after.calls, before.calls + left)
          assert.deepEqual(ledger.differences(), [])
          calls = []
        }
        await store.close()
      }),
      { numRuns: budget(200, 5_000) }
    )
  }).timeout(budget(60_000, 600_000))
})
