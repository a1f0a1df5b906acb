import assert from 'node:assert/strict'
import { createAuthor, writeEntry, writeProof } from '../../../crdt/index.ts'
import { MAX_UNKNOWN_AUTHORS } from '../../../crdt/constants.ts'
import { CLOSED_SWARM, memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { replicaOn } from '../../fixtures/replicas.ts'
import { forge } from '../../fixtures/forgery.ts'
import { publication } from '../../fixtures/publications.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'

describe('authors of a closed swarm that nobody introduced', function () {
  this.timeout(120_000)
  const roster = new TestRoster(['ada', 'eve'])
  const { epoch } = roster

  it('store bases and forks up to a limit; feeds of members come in nevertheless', async () => {
    await using ada = await memberReplica(roster, 'ada')
    const swarm = CLOSED_SWARM
    const before = MAX_UNKNOWN_AUTHORS / 2
    for (let i = 0; i < before; i++) {
      await ada.replica.admitHeader(forge({ swarm, seq: 5, base: 5 }))
      const author = createAuthor()
      const two = [forge({ swarm, author }), forge({ swarm, author, clock: 9 })] as const
      assert.equal(await ada.replica.admitProof(writeProof(two)), 'admitted')
    }
    assert.equal(ada.replica.heads().length, MAX_UNKNOWN_AUTHORS)
    for (let i = 0; i < 20; i++) {
      assert.equal(await ada.replica.admitHeader(forge({ swarm, seq: 5, base: 5 })), 'held')
      const author = createAuthor()
      const two = [forge({ swarm, author }), forge({ swarm, author, clock: 9 })] as const
      assert.equal(await ada.replica.admitProof(writeProof(two)), 'held')
    }
    assert.equal(ada.replica.heads().length, MAX_UNKNOWN_AUTHORS)

    const feed = new VoicedFeed(new VoicedMember(roster, 'eve'))
    const voice = { epoch, generation: 0 }
    const first = await feed.entry({ ...voice, seq: 7, introduces: true }, [publication('a')])
    const second = await feed.entry(
      { ...voice, seq: 8, base: 7, prev: first.hash, clock: 2, introduces: false },
      [publication('b')]
    )
    assert.equal(await ada.replica.admitHeader(second), 'held')
    for (const entry of [first, second]) {
      assert.equal((await ada.replica.admit(writeEntry(entry))).outcome, 'admitted')
    }
    const { base, seq } = ada.replica.headOf(feed.author)
    assert.deepEqual({ base, seq }, { base: 7, seq: 8 })
    assert.deepEqual((await ada.replica.checkpointOf(feed.author))?.hash, second.hash)
    // Members' own are not bounded.
    const fork = await feed.entry({ ...voice, seq: 8, base: 7, prev: first.hash, clock: 2 }, [
      publication('c')
    ])
    assert.equal(await ada.replica.admitProof(writeProof([second, fork])), 'admitted')
  })
})

describe('authors of an open swarm without an entry here', function () {
  this.timeout(60_000)

  it('store bases up to a limit; a feed whose base waits comes in nevertheless', async () => {
    await using own = await replicaOn()
    const { replica } = own
    for (let i = 0; i < MAX_UNKNOWN_AUTHORS; i++) {
      assert.equal(await replica.admitHeader(forge({ seq: 5, base: 5 })), 'admitted')
    }
    const author = createAuthor()
    const first = forge({ author, format: 2, seq: 7 })
    const second = forge({ author, seq: 8, base: 7, prev: first.hash, clock: 2 })
    assert.equal(await replica.admitHeader(second), 'held')
    assert.equal(replica.heads().length, MAX_UNKNOWN_AUTHORS)
    for (const entry of [first, second]) {
      assert.equal((await replica.admit(writeEntry(entry), 'peer')).outcome, 'admitted')
    }
    const { base, seq } = replica.headOf(author.key)
    assert.deepEqual({ base, seq }, { base: 7, seq: 8 })
  })
  it('do not count where they could not be stored', async () => {
    const { database, failNext } = failingDatabase()
    await using own = await replicaOn(database)
    const { replica } = own
    for (let i = 1; i < MAX_UNKNOWN_AUTHORS; i++) {
      assert.equal(await replica.admitHeader(forge({ seq: 5, base: 5 })), 'admitted')
    }
    failNext('feeds')
    await assert.rejects(replica.admitHeader(forge({ seq: 5, base: 5 })))
    // It comes behind what is read again.
    assert.equal((await replica.admit(writeEntry(forge()))).outcome, 'admitted')
    assert.equal(await replica.admitHeader(forge({ seq: 5, base: 5 })), 'admitted')
    assert.equal(await replica.admitHeader(forge({ seq: 5, base: 5 })), 'held')
  })
})
