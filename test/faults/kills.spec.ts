import { budget } from '../fixtures/budget.ts'
import { killProcesses } from './kills.ts'

describe('kill -9 under a mixed load', () => {
  it('loses nothing acknowledged, and reports no damage', async function () {
    this.timeout(600_000)
    await killProcesses(budget(2, 12), 1)
  })
})
