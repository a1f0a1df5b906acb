import assert from 'node:assert/strict'
import { openReplica, openStore, writeEntry } from '../../../crdt/index.ts'
import { publication } from '../../fixtures/publications.ts'

describe('an own hidden feed that is damaged', () => {
  it('is in no digest, and is public when it comes again from a peer', async () => {
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true })
    const empty = replica.digest()
    const { entries } = await replica.publish([publication('A fact.')])
    const [entry] = entries
    assert.ok(entry !== undefined)
    assert.equal(replica.publicView.heads().length, 0)
    const stored = store.section('entries')
    for await (const [key] of stored.entries()) await store.commit([stored.del(key.slice())])
    assert.equal((await replica.audit()).emptied, 1)
    assert.deepEqual(replica.digest(), empty)

    const { outcome } = await replica.admit(writeEntry(entry))
    assert.equal(outcome, 'admitted')
    assert.equal(replica.publicSeq(entry.author), undefined)
    assert.deepEqual(
      replica.publicView.heads().map(({ seq }) => seq),
      [1]
    )
    await store.close()
  })
})
