import assert from 'node:assert/strict'
import { FeedLeases } from '../../../transport/sync/feed-leases.ts'

const FEEDS = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]

describe('leases of feeds', () => {
  it('keep others from a feed until it is fetched', async () => {
    const leases = new FeedLeases()
    const { taken, end } = leases.take(FEEDS, 'ada')
    assert.equal(taken.size, 2)
    assert.equal(leases.take(FEEDS, 'bob').taken.size, 0)
    end(true)
    await leases.ended(FEEDS)
    assert.equal(leases.take(FEEDS, 'bob').taken.size, 2)
  })

  it('are refused to a peer that has brought nothing, until it brings something', async () => {
    const leases = new FeedLeases()
    leases.take(FEEDS, 'eve').end(false)
    const again = leases.take(FEEDS, 'eve')
    assert.equal(again.taken.size, 2)
    await leases.ended(FEEDS)
    const beside = leases.take(FEEDS, 'bob')
    assert.equal(beside.taken.size, 2)
    // What it ends is no lease of others.
    again.end(true)
    assert.equal(leases.take(FEEDS, 'cy').taken.size, 0)
    beside.end(true)
    leases.take(FEEDS, 'eve')
    assert.equal(leases.take(FEEDS, 'cy').taken.size, 0)
  })
})
