import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { MAX_USELESS_BURST, USELESS_PER_SECOND } from '../../../transport/constants.ts'
import { PacedRetractions } from '../../../transport/paced-retractions.ts'
import { publications } from '../../fixtures/publications.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import type { Retraction } from '../../../crdt/index.ts'

function forged(): Retraction {
  return { digest: new Uint8Array(randomBytes(32)), secret: new Uint8Array(randomBytes(16)) }
}

describe('retractions of peers', () => {
  it('are not read for a while where a peer has brought many that open nothing', async () => {
    const store = await openStore()
    const replica = await openReplica({ store })
    let now = 0
    const paced = new PacedRetractions(replica.retractions, () => now)
    const lies = Array.from({ length: MAX_USELESS_BURST }, forged)
    for (let from = 0; from < lies.length; from += 1_024) {
      await paced.admit(lies.slice(from, from + 1_024), 'liar')
    }
    assert.deepEqual([replica.retractions.waitingSize, paced.mayAdmit('liar')], [256, false])
    const dropped = forged()
    assert.deepEqual(await paced.admit([dropped], 'liar'), ['waits'])
    await paced.admit([dropped], 'honest')
    assert.equal(replica.retractions.waitingSize, 257)
    now += 1_000
    for (let i = 0; i < USELESS_PER_SECOND; i++) await paced.admit([forged()], 'liar')
    assert.equal(paced.mayAdmit('liar'), false)
    await store.close()
  })

  it('cost a peer nothing where they open something, or are known', async () => {
    await using author = await replicaOn()
    await using node = await replicaOn()
    const { records } = await author.replica.publish(publications(3))
    await deliver(author.replica, node.replica)
    const paced = new PacedRetractions(node.replica.retractions, () => 0)
    for (let left = MAX_USELESS_BURST - 1; left > 0; left -= 1_024) {
      await paced.admit(Array.from({ length: Math.min(left, 1_024) }, forged), 'peer')
    }
    for (const digest of records) {
      const retraction = await author.replica.retract(digest)
      assert.ok(retraction !== undefined)
      assert.deepEqual(await paced.admit([retraction], 'peer'), ['admitted'])
      assert.deepEqual(await paced.admit([retraction], 'peer'), ['held'])
    }
    assert.equal(paced.mayAdmit('peer'), true)
    await paced.admit([forged()], 'peer')
    assert.equal(paced.mayAdmit('peer'), false)
  })
})
