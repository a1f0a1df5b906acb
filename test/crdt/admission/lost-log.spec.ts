import assert from 'node:assert/strict'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { publications } from '../../fixtures/publications.ts'
import type { Replica } from '../../../crdt/index.ts'

describe('records that the log has lost', () => {
  it('are logged again by an audit, so that what follows the log finds them', async () => {
    const store = await openStore()
    const replica = await openReplica({ store })
    const { records } = await replica.publish(publications(5))
    await replica.publish(publications(3, 100))
    const all = await logged(replica)
    const log = store.section('record-log')
    const [first] = await Array.fromAsync(log.entries({ limit: 1 }))
    assert.ok(first !== undefined)
    await store.commit([log.del(first[0].slice())])
    assert.ok((await logged(replica)).size < all.size)

    assert.equal((await replica.audit()).restored, records.length)
    assert.deepEqual(await logged(replica), all)
    assert.equal((await replica.audit()).restored, 0)
    await store.close()
  })
})

async function logged(replica: Replica): Promise<Set<string>> {
  const parts = await Array.fromAsync(replica.recordLog(0))
  return new Set(parts.flatMap(({ digests }) => digests.map(toHex)).toSorted())
}
