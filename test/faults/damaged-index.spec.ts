import assert from 'node:assert/strict'
import { budget } from '../fixtures/budget.ts'
import { indexedDirectory, runWithDamagedIndex } from './damaged-index.ts'

describe('a damaged search index', () => {
  it('is noticed and built again, and answers all the time', async function () {
    this.timeout(600_000)
    await using directory = await indexedDirectory()
    const rounds = budget(6, 200)
    let noticed = 0
    for (let seed = 1; seed <= rounds; seed++) {
      noticed += Number((await runWithDamagedIndex(directory, seed)).isNoticed)
    }
    // The answers may be right before the sum is compared.
    assert.ok(noticed > rounds * 0.8, `${noticed} of ${rounds} noticed`)
  })
})
