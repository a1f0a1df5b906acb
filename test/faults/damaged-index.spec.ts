import assert from 'node:assert/strict'
import { budget } from '../fixtures/budget.ts'
import { indexedDirectory, runWithDamagedIndex } from './damaged-index.ts'

describe('a damaged search index', () => {
  it('is noticed and built again, and answers all the time', async function () {
    this.timeout(600_000)
    await using directory = await indexedDirectory()
    for (let seed = 1; seed <= budget(20, 500); seed++) {
      const { isNoticed } = await runWithDamagedIndex(directory, seed)
      assert.ok(isNoticed, `seed ${seed}`)
    }
  })
})
