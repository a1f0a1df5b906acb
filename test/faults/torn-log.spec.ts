import { budget } from '../fixtures/budget.ts'
import { runWithTornLog } from './torn-log.ts'

describe('a torn log', () => {
  it('keeps what was synced, and opens', async function () {
    this.timeout(600_000)
    for (let seed = 1; seed <= budget(8, 200); seed++) await runWithTornLog(seed)
  })
})
