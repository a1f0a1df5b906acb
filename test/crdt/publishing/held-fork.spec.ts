import assert from 'node:assert/strict'
import { digestOf, openReplica, openStore, writeEntry } from '../../../crdt/index.ts'
import { authorOf } from '../../../crdt/feeds/author.ts'
import { AuthorKeeper } from '../../../crdt/publishing/author-keeper.ts'
import { forge, SWARM } from '../../fixtures/forgery.ts'
import { publication } from '../../fixtures/publications.ts'
import { HandClock } from '../../fixtures/replicas.ts'
import type { Replica, Store } from '../../../crdt/index.ts'

const SAID = publication('x')
const DIGEST = digestOf(SAID.record)
const place = 'this directory'

function open(store: Store): Promise<Replica> {
  return openReplica({ store, swarm: SWARM, place, hidesOwn: true, timing: new HandClock() })
}

/** Whether a peer gets the body. */
async function isServed({ publicView }: Replica): Promise<boolean> {
  return (await publicView.bodies([DIGEST]))[0] !== undefined
}

describe('a record with a held vote, of which a fork took the entry away', () => {
  for (const wasShown of [false, true]) {
    it(`is sent to no peer${wasShown ? ', although peers had it' : ''}`, async () => {
      const store = await openStore()
      const replica = await open(store)
      const [first] = (await replica.publish([SAID])).entries
      assert.ok(first !== undefined)
      if (wasShown) await replica.unhide(first.author, first.seq)
      await replica.keepAuthor()
      assert.deepEqual(await replica.revise({ ...SAID, vote: 'dispute' }), [])
      assert.equal(await isServed(replica), wasShown)
      // A copy of the directory has published as the same author.
      const kept = await new AuthorKeeper({ store, place }).take()
      assert.ok(kept !== undefined)
      await replica.admit(writeEntry(forge({ author: authorOf(kept.secret) })), 'peer')
      await replica.whenCompacted()
      assert.equal((await replica.get(DIGEST))?.standing.disputes, 1)
      assert.equal(await isServed(replica), false)
      const again = await open(store)
      await again.whenCompacted()
      assert.equal(await isServed(again), false)
      await store.close()
    })
  }
})
