import assert from 'node:assert/strict'
import { budget } from '../fixtures/budget.ts'
import { damagedStores } from './damaged-files.ts'
import type { Damaged, Outcome } from './damaged-files.ts'

describe('a damaged store', () => {
  let stores: Damaged

  before(async function () {
    this.timeout(60_000)
    stores = await damagedStores()
  })
  after(() => stores[Symbol.asyncDispose]())

  for (const { damage, rounds } of [
    { damage: 'flip', rounds: budget(24, 200) },
    { damage: 'truncate', rounds: budget(8, 40) },
    { damage: 'lose', rounds: budget(8, 40) }
  ] as const) {
    it(`is noticed, and what peers have comes back: ${damage}`, async function () {
      this.timeout(1_200_000)
      const outcomes = new Map<Outcome, number>()
      for (let seed = 1; seed <= rounds; seed++) {
        const { outcome } = await stores.run(seed, damage)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }
      // The damage had an effect often enough to say something.
      assert.ok((outcomes.get('noticed') ?? 0) > 0)
      assert.ok((outcomes.get('repaired by a peer') ?? 0) > 0)
    })
  }
})
