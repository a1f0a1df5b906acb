import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { MAX_USELESS_BURST, USELESS_PER_SECOND } from '../../../transport/constants.ts'
import { PacedRetractions } from '../../../transport/paced-retractions.ts'
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
})
