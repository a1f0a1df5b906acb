import assert from 'node:assert/strict'
import { IndexPace } from '../../../src/search/index-pace.ts'

describe('the pace of the index', () => {
  it('is that of its last long runs', () => {
    const pace = new IndexPace()
    assert.equal(pace.timeFor(1_000), 0)
    // Its commit takes most of the time of a short run.
    pace.add(3, 30)
    assert.equal(pace.timeFor(1_000), 0)
    pace.add(1_000, 100)
    assert.equal(pace.timeFor(2_000), 200)
    for (let i = 0; i < 20; i++) pace.add(500, 10)
    assert.equal(Math.round(pace.timeFor(2_000)), 40)
  })
})
