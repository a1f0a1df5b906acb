import fc from 'fast-check'
import { budget } from '../../fixtures/budget.ts'
import { STEP, step, TwoViews } from '../../fixtures/two-views.ts'
import type { Step } from '../../fixtures/two-views.ts'

/** The entry with the dispute of the second record is never public: a peer raises the base past it. */
const HIDDEN_BEFORE_BASE = [
  step('dispute', 0, 1),
  step('gossip'),
  step('retract', 1),
  step('compact'),
  step('publish', 1),
  step('probe'),
  step('gossip')
]

/** The author goes on to hide a record whose entry it has removed, and on which a peer has voted. */
const TAKEN_BACK = [
  step('publish', 0),
  step('echo', 0),
  step('retract', 0),
  step('compact'),
  step('reopen')
]

async function runAll(steps: readonly Step[], isClosed: boolean): Promise<void> {
  const views = new TwoViews(isClosed)
  await views.open()
  try {
    for (const each of steps) await views.run(each)
  } finally {
    await views.close()
  }
}

describe('an author of hidden entries', function () {
  this.timeout(budget(120_000, 900_000))

  for (const [swarm, runs] of [
    ['open', budget(100, 1_000)],
    ['closed', budget(20, 300)]
  ] as const) {
    it(`shows peers what a node shows that has not published them, in a swarm that is ${swarm}`, async () => {
      const steps = fc.array(STEP, { minLength: 6, maxLength: 20 })
      await fc.assert(
        fc.asyncProperty(steps, (some) => runAll(some, swarm === 'closed')),
        { numRuns: runs, examples: [[HIDDEN_BEFORE_BASE], [TAKEN_BACK]] }
      )
    })
  }
})
