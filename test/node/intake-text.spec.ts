import assert from 'node:assert/strict'
import { intakeLines } from '../../node/output/intake-text.ts'

describe('the intake of a day in hive status', () => {
  it('names budgets of which more than four fifths are used', () => {
    const limit = 2_000_000
    const lines = intakeLines([
      { payer: 'peer', unit: 'entries', used: 1_700_000, limit },
      { payer: 'peer', unit: 'bytes', used: 1_600_000, limit },
      { payer: 'all-new', unit: 'authors', used: limit, limit }
    ])
    assert.deepEqual(lines, [
      'one peer: 85 % of the entries of this day (1,700,000 of 2,000,000); the rest waits until 00:00 UTC',
      'new authors of all peers: 100 % of the authors of this day (2,000,000 of 2,000,000); the rest waits until 00:00 UTC'
    ])
  })
})
