import assert from 'node:assert/strict'
import { FREE_WAIT_SHARE, MAX_OWED_WAIT, MAX_PACED_PEERS } from '../../../transport/constants.ts'
import { PeerWaits } from '../../../transport/sync/peer-waits.ts'

describe('what peers keep syncs waiting', () => {
  it('is counted from one run to the next, until the peer brings something', () => {
    const waits = new PeerWaits(() => 0)
    waits.of('ada').add(300)
    waits.of('ada').add(200)
    assert.equal(waits.of('ada').milliseconds, 500)
    assert.equal(waits.of('bob').milliseconds, 0)
    waits.of('ada').clear()
    assert.equal(waits.of('ada').milliseconds, 0)
  })

  it('counts for nothing where it is a small part of the time', () => {
    let now = 0
    const wait = new PeerWaits(() => now).of('ada')
    for (let i = 0; i < 100; i++) {
      now += 30_000
      wait.add(30_000 * FREE_WAIT_SHARE)
    }
    now += 30_000
    assert.equal(wait.milliseconds, 0)
  })

  it('has an end, and is forgotten with the time', () => {
    let now = 0
    const wait = new PeerWaits(() => now).of('ada')
    wait.add(24 * 60 * 60_000)
    assert.equal(wait.milliseconds, MAX_OWED_WAIT)
    now += MAX_OWED_WAIT / FREE_WAIT_SHARE
    assert.equal(wait.milliseconds, 0)
  })

  it('is kept of a bounded number of peers, the latest ones', () => {
    const waits = new PeerWaits(() => 0)
    waits.of('first').add(100)
    waits.of('second').add(100)
    for (let i = 0; i < MAX_PACED_PEERS - 1; i++) waits.of(`${i}`)
    assert.equal(waits.of('second').milliseconds, 100)
    assert.equal(waits.of('first').milliseconds, 0)
  })
})
