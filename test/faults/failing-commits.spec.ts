import { budget } from '../fixtures/budget.ts'
import { filledDatabase } from './filled-database.ts'
import { runWithFailingCommits } from './failing-commits.ts'

describe('failing commits', () => {
  it('lose nothing acknowledged, and leave memory and disk alike', async function () {
    this.timeout(600_000)
    for (let seed = 1; seed <= budget(40, 500); seed++) await runWithFailingCommits(seed)
  })

  it('lose nothing of a store whose filter is saved', async function () {
    this.timeout(600_000)
    const fill = await filledDatabase()
    for (let seed = 1; seed <= budget(5, 20); seed++) await runWithFailingCommits(seed, fill)
  })
})
