import assert from 'node:assert/strict'
import { digestOf, writeEntry } from '../../../crdt/index.ts'
import { ENTRY_FORMAT } from '../../../crdt/constants.ts'
import { memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { contentOf } from '../../fixtures/replicas.ts'
import { publication } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'
import type { Replica } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

const LATER = ENTRY_FORMAT + 1

describe('an entry of a later format in a closed swarm', () => {
  const roster = new TestRoster(['ada', 'bob', 'eve'])
  const { epoch } = roster
  const plain = publication('Said by an earlier version.')
  const later = publication('Said by a later version.')

  async function written() {
    const feed = new VoicedFeed(new VoicedMember(roster, 'eve'))
    const voice = { epoch, generation: 0 }
    const first = await feed.entry({ ...voice, seq: 1 }, [plain])
    const second = await feed.entry(
      { ...voice, seq: 2, prev: first.hash, clock: 2, format: LATER },
      [later]
    )
    return { feed, first, second }
  }

  function updated(name: string, location?: string): Promise<TestReplica> {
    return memberReplica(roster, name, location, undefined, undefined, LATER)
  }

  async function vouchesFor(replica: Replica, { record }: typeof plain): Promise<number> {
    return (await replica.get(digestOf(record)))?.standing.vouches ?? 0
  }

  it('is refused without blame, however often it comes; what came before it stays', async () => {
    await using ada = await memberReplica(roster, 'ada')
    const { first, second } = await written()
    assert.equal((await ada.replica.admit(writeEntry(first))).outcome, 'admitted')
    const before = await contentOf(ada.replica)
    for (let i = 0; i < 2; i++) {
      const refused = await ada.replica.admit(writeEntry(second), 'a peer')
      assert.deepEqual(refused, { outcome: 'rejected', reason: 'unknown-member', isOffence: false })
    }
    assert.deepEqual(await contentOf(ada.replica), before)
    assert.equal(await vouchesFor(ada.replica, plain), 1)
    assert.equal(await vouchesFor(ada.replica, later), 0)
  })

  it('counts after an update of the node, as on one that read it at once', async () => {
    await using directory = await temporaryDirectory()
    const { first, second } = await written()
    {
      await using ada = await memberReplica(roster, 'ada', directory.path)
      for (const entry of [first, second]) await ada.replica.admit(writeEntry(entry))
    }
    await using ada = await updated('ada', directory.path)
    await using bob = await updated('bob')
    for (const entry of [first, second]) await bob.replica.admit(writeEntry(entry))
    const admission = await ada.replica.admit(writeEntry(second))
    assert.ok(admission.outcome === 'admitted')
    await admission.durable
    assert.deepEqual(await contentOf(ada.replica), await contentOf(bob.replica))
    assert.equal(await vouchesFor(ada.replica, later), 1)
  })

  it('begins a feed again, although it is not read', async () => {
    await using ada = await memberReplica(roster, 'ada')
    await using bob = await updated('bob')
    const { feed, first } = await written()
    const second = await feed.entry(
      { epoch, generation: 0, seq: 2, base: 2, prev: first.hash, format: LATER },
      [later]
    )
    for (const { replica } of [ada, bob]) await replica.admit(writeEntry(first))
    assert.equal((await bob.replica.admit(writeEntry(second))).outcome, 'admitted')
    const header = await bob.replica.checkpointOf(feed.author)
    assert.ok(header !== undefined)
    assert.equal(await ada.replica.admitHeader(header), 'admitted')
    for (const { replica } of [ada, bob]) assert.equal(await vouchesFor(replica, plain), 0)
    const { base, seq, fork } = ada.replica.headOf(feed.author)
    assert.deepEqual({ base, seq, fork }, { base: 2, seq: 1, fork: 0 })
  })
})
