import assert from 'node:assert/strict'
import { damagedHidden } from './damaged-hidden.ts'

/** `npm run faults` does many more. */
const RUNS = 4

describe('a damaged store without a peer', () => {
  it('loses no own entry, and shows none', async () => {
    await using stores = await damagedHidden()
    let returned = 0
    for (let seed = 1; seed <= RUNS; seed++) {
      for (const kind of ['flip', 'truncate', 'lose'] as const) {
        returned += await stores.run(seed, kind)
      }
    }
    assert.ok(returned > 0, 'no run has lost an entry')
  })
})
