import assert from 'node:assert/strict'
import { openReplica } from '../../../crdt/index.ts'
import { countingStore } from '../../fixtures/counting-store.ts'
import { publications } from '../../fixtures/publications.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'

/** One entry's, so that what an entry costs is no more than a few of these. */
const RECORDS = 100

/** Operations of an entry, whatever is in it: the entry, its feed, the logs, the swarm's name. */
const OF_ENTRY = 8

describe('the cost of a publication', () => {
  it('is three puts and two lookups a record, in one commit', async () => {
    const { store, counts } = await countingStore()
    const replica = await openReplica({ store })
    await replica.publish(publications(1, RECORDS))
    counts.gets = 0
    counts.commits = []
    const { records } = await replica.publish(publications(RECORDS))
    assert.equal(records.length, RECORDS)
    assert.equal(counts.commits.length, 1)
    // The body, the standing, and the secret of the vote.
    const [operations = 0] = counts.commits
    assert.ok(operations <= 3 * RECORDS + OF_ENTRY, `${operations} operations`)
    // Whether this node has voted, and the standing.
    assert.ok(counts.gets <= 2 * RECORDS + OF_ENTRY, `${counts.gets} lookups`)
    await store.close()
  })

  it('is a vote without a body where this replica has the record, shown or hidden', async () => {
    await using other = await replicaOn()
    await using node = await replicaOn()
    await other.replica.publish(publications(RECORDS))
    await deliver(other.replica, node.replica)
    const shown = await node.replica.publish(publications(RECORDS))
    assert.deepEqual([shown.records.length, shown.votes.length], [0, RECORDS])
    const digests = (await node.replica.publish(publications(RECORDS, RECORDS))).records
    await node.replica.retractMany(digests)
    node.replica.rotateAuthor()
    const hidden = await node.replica.publish(publications(RECORDS, RECORDS))
    assert.deepEqual([hidden.records.length, hidden.votes.length], [0, RECORDS])
  })
})
