import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publications } from '../../fixtures/publications.ts'
import { contentOf, replicaOn, sync } from '../../fixtures/replicas.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

/** Resolves when nothing is left to remove. */
async function untilSwept({ store }: TestReplica): Promise<void> {
  while ((await store.section('unswept').lastKey()) !== undefined) await nextTurn()
}

/** A replica with a retraction of a vote, and one that has the same and cannot remove the vote. */
async function sweepThatFails(
  node: TestReplica,
  peer: TestReplica,
  fail: () => void
): Promise<void> {
  const { records } = await node.replica.publish(publications(3))
  await sync(node.replica, peer.replica)
  for (const digest of records.slice(0, 1)) await node.replica.retract(digest)
  await sync(node.replica, peer.replica)
  assert.equal(peer.replica.retractions.size, 1)
  await node.replica.compact()
  await node.replica.whenCompacted()
  assert.equal(node.replica.retractions.size, 0)
  fail()
  await sync(node.replica, peer.replica)
  assert.equal(peer.replica.retractions.size, 1)
}

describe('a removal that cannot be written', () => {
  it('is tried again without a restart, so that replicas agree on retractions', async () => {
    const { database, failNext } = failingDatabase()
    await using node = await replicaOn()
    await using peer = await replicaOn(database)
    await sweepThatFails(node, peer, () => failNext('retraction-set'))
    await untilSwept(peer)
    assert.deepEqual(peer.replica.retractions.digest(), node.replica.retractions.digest())
    assert.deepEqual(await contentOf(peer.replica), await contentOf(node.replica))
  })

  it('ends with the store, and goes on at the next start', async () => {
    const { database, failNext } = failingDatabase()
    await using node = await replicaOn()
    const peer = await replicaOn(database)
    await sweepThatFails(node, peer, () => failNext('retraction-set'))
    await peer.store.close()
    await using again = await replicaOn(database)
    await again.replica.whenCompacted()
    assert.deepEqual(await contentOf(again.replica), await contentOf(node.replica))
  })
})
