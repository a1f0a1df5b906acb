import assert from 'node:assert/strict'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publications } from '../../fixtures/publications.ts'
import { HandClock, replicaOn } from '../../fixtures/replicas.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
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

describe('retractions at the same time', () => {
  it('are one commit, and each call gets its own', async () => {
    const { database, writes } = failingDatabase()
    await using node = await replicaOn(database)
    const { replica, store } = node
    const { records } = await replica.publish(publications(100))
    const section = store.section('mine')
    const before = writes.length
    const retracted = await Promise.all([
      ...records.map((digest) => replica.retract(digest)),
      // Of a vote that another call takes back first.
      replica.retractMany(records.slice(0, 1), [section.put(KEY, KEY)])
    ])
    assert.deepEqual(
      retracted
        .slice(0, 100)
        .map((each) => (each !== undefined && 'digest' in each ? toHex(each.digest) : '')),
      records.map(toHex)
    )
    assert.deepEqual(retracted.at(-1), [])
    assert.equal(await section.has(KEY), true)
    const commits = writes.slice(before).filter(({ sections }) => sections.has('vouched'))
    assert.ok(commits.length <= 2, `${commits.length} commits`)
    const shown = writes.slice(before).filter(({ sections }) => sections.has('own-retractions'))
    assert.ok(shown.length <= 6, `${shown.length} commits`)
    assert.equal(replica.retractions.size, 100)
  })

  it('fail with those of their commit', async () => {
    const { database, failNext } = failingDatabase()
    await using node = await replicaOn(database)
    const { replica } = node
    const { records } = await replica.publish(publications(1_200))
    const calls = Array.from({ length: 20 }, (_, i) => records.slice(60 * i, 60 * (i + 1)))
    failNext('vouched')
    const results = await Promise.allSettled(calls.map((digests) => replica.retractMany(digests)))
    const failed = results.filter(({ status }) => status === 'rejected').length
    assert.ok(failed > 0 && failed < 10, `${failed} failed`)
    for (const [i, [digest = new Uint8Array()]] of calls.entries()) {
      const isLeft = (await replica.voteOn(digest)) !== undefined
      assert.equal(isLeft, results[i]?.status === 'rejected', `call ${i}`)
    }
  })

  it('leave at the time of their author, whichever call they are of', async () => {
    const clock = new HandClock()
    await using node = await replicaOn(undefined, undefined, clock)
    const { replica } = node
    const few = await replica.publish(publications(2))
    replica.rotateAuthor()
    const many = await replica.publish(publications(10, 2))
    await Promise.all([...few.records, ...many.records].map((digest) => replica.retract(digest)))
    assert.equal(replica.retractions.waiting.retractions, 2)
    clock.pass()
    await replica.publishHeld()
    assert.equal(replica.retractions.waiting.retractions, 0)
  })
})
