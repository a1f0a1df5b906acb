import assert from 'node:assert/strict'
import { Pace } from '../../../node/dashboard/state/pace.ts'

describe('the pace of loads that events cause', () => {
  it('is busy until the last of the loads under way has ended', () => {
    const pace = new Pace()
    const first = pace.begin()
    const second = pace.begin()
    first()
    assert.ok(pace.isLoading)
    second()
    assert.ok(!pace.isLoading)
  })

  it('waits 1.5 s, and twenty times as long as the last load took', async () => {
    const pace = new Pace()
    assert.equal(pace.delay, 1_500)
    const end = pace.begin()
    const began = performance.now()
    while (performance.now() - began < 100);
    end()
    assert.ok(pace.delay >= 2_000, `${pace.delay} ms`)
  })
})
