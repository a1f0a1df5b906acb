import assert from 'node:assert/strict'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publications } from '../../fixtures/publications.ts'
import { replicaOn } from '../../fixtures/replicas.ts'
import type { Replica } from '../../../crdt/index.ts'

const KEY = Buffer.from('key')

describe('retractions of many votes', () => {
  async function votesOf(replica: Replica, digests: readonly Uint8Array[]): Promise<number> {
    const votes = await Promise.all(digests.map((digest) => replica.voteOn(digest)))
    return votes.filter((vote) => vote !== undefined).length
  }

  it('are one commit with the operations of the caller, or nothing', async () => {
    const { database, writes, failNext } = failingDatabase()
    await using node = await replicaOn(database)
    const { replica, store } = node
    const { records } = await replica.publish(publications(500))
    const section = store.section('mine')
    const operations = [section.put(KEY, KEY)]
    failNext()
    await assert.rejects(replica.retractMany(records, operations), { code: 'STORE_WRITE_FAILED' })
    assert.deepEqual([await votesOf(replica, records), await section.has(KEY)], [500, false])
    const before = writes.length
    assert.equal((await replica.retractMany(records, operations)).length, 500)
    const commits = writes.slice(before).filter(({ sections }) => sections.has('vouched'))
    assert.deepEqual([commits.length, commits[0]?.sections.has('mine')], [1, true])
    assert.deepEqual([await votesOf(replica, records), await section.has(KEY)], [0, true])
    assert.deepEqual(await Array.fromAsync(replica.attestedRecords()), [])
  })

  it('are several commits where they do not fit into one; the last has the operations', async () => {
    const { database, failNext } = failingDatabase()
    await using node = await replicaOn(database)
    const { replica, store } = node
    const { records } = await replica.publish(publications(1_200))
    const section = store.section('mine')
    failNext('mine')
    await assert.rejects(replica.retractMany(records, [section.put(KEY, KEY)]), {
      code: 'STORE_WRITE_FAILED'
    })
    assert.equal(await votesOf(replica, records), 200)
    assert.equal((await replica.retractMany(records, [section.put(KEY, KEY)])).length, 200)
    assert.deepEqual([await votesOf(replica, records), await section.has(KEY)], [0, true])
  })

  it('write the operations also where there is no vote', async () => {
    await using node = await replicaOn()
    const section = node.store.section('mine')
    const unknown = new Uint8Array(32)
    assert.deepEqual(await node.replica.retractMany([unknown], [section.put(KEY, KEY)]), [])
    assert.equal(await section.has(KEY), true)
  })
})
