import assert from 'node:assert/strict'
import { Activity } from '../../../src/maintenance/activity.ts'

describe('the activity of a node', () => {
  it('is high while facts or records come, and low while few do', () => {
    const activity = new Activity()
    assert.equal(activity.isIdle([50_000, 9]), false)
    assert.equal(activity.isIdle([50_000, 10]), true)
    assert.equal(activity.isIdle([50_000, 10]), true)
    assert.equal(activity.isIdle([50_016, 10]), true)
    assert.equal(activity.isIdle([50_016, 1_010]), false)
    assert.equal(activity.isIdle([50_116, 1_010]), false)
    activity.leaveOut([51_000, 1_010])
    assert.equal(activity.isIdle([51_000, 1_012]), true)
  })
})
