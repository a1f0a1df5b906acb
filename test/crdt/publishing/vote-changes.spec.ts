import assert from 'node:assert/strict'
import { digestOf, openReplica, openStore, readEntry, writeEntry } from '../../../crdt/index.ts'
import { readEntryValues } from '../../../crdt/admission/entry-values.ts'
import { ENTRY_FORMAT } from '../../../crdt/constants.ts'
import { commitmentOf, createSecret } from '../../../crdt/records/retraction.ts'
import { CLOSED_SWARM, memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { forge, SWARM } from '../../fixtures/forgery.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { contentOf, deliver, HandClock, replicaOn } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Replica } from '../../../crdt/index.ts'
import type { Value } from '../../../crdt/records/value.ts'

const SAID = publication('x')
const DIGEST = digestOf(SAID.record)

/** Vouches and disputes. */
async function countsOf(replica: Replica): Promise<readonly [number, number]> {
  const standing = (await replica.get(DIGEST))?.standing
  return [standing?.vouches ?? 0, standing?.disputes ?? 0]
}

/** The types of all values in the entries of a replica, by author in their order. */
async function typesOf(replica: Replica, swarm = SWARM): Promise<Value['type'][][]> {
  const types: Value['type'][][] = []
  for (const { author } of replica.heads()) {
    const own: Value['type'][] = []
    for await (const bytes of replica.entriesAfter(author, 0)) {
      const { values } = readEntryValues(
        { swarm, entryFormat: ENTRY_FORMAT },
        readEntry(bytes).seq,
        bytes
      )
      own.push(...values.map(({ type }) => type))
    }
    types.push(own)
  }
  return types
}

describe('a changed vote', () => {
  it('of the same author is its next register, without a retraction', async () => {
    await using node = await replicaOn()
    await node.replica.publish([SAID])
    const entries = await node.replica.revise({ ...SAID, vote: 'dispute' })
    assert.equal(entries.length, 1)
    assert.equal(node.replica.retractions.size, 0)
    assert.deepEqual(await typesOf(node.replica), [['record', 'register', 'register']])
    assert.deepEqual(await countsOf(node.replica), [0, 1])
  })

  it('replaces only the vote that was expected, if one is', async () => {
    await using node = await replicaOn()
    const { replica } = node
    await replica.publish([SAID])
    const own = await replica.ownRegister(DIGEST)
    assert.ok(own !== undefined)
    const later = { ...SAID, validFrom: 2_000 }
    assert.equal((await replica.revise(later, own)).length, 1)
    assert.deepEqual(await replica.revise({ ...SAID, vote: 'dispute' }, own), [])
    assert.equal((await replica.ownRegister(DIGEST))?.validFrom, 2_000)
    await replica.retract(DIGEST)
    assert.deepEqual(await replica.revise(later, own), [])
    assert.equal(await replica.ownRegister(DIGEST), undefined)
  })

  it('of another author counts here at once, and nowhere twice: it leaves after the retraction', async () => {
    await using directory = await temporaryDirectory()
    const clock = new HandClock()
    await using peer = await replicaOn()
    const open = (): ReturnType<typeof replicaOn> => replicaOn(directory.path, undefined, clock)
    {
      await using node = await open()
      await node.replica.publish([SAID])
      await deliver(node.replica, peer.replica)
      node.replica.rotateAuthor()
      assert.deepEqual(await node.replica.revise({ ...SAID, vote: 'dispute' }), [])
      assert.equal(await node.replica.voteOn(DIGEST), 'dispute')
      assert.equal((await node.replica.ownRegister(DIGEST))?.vote, 'dispute')
      assert.deepEqual(await countsOf(node.replica), [0, 1])
      await deliver(node.replica, peer.replica)
      assert.deepEqual(await countsOf(peer.replica), [0, 0])
      assert.equal(peer.replica.heads().length, 1)
    }
    await using node = await open()
    assert.deepEqual(node.replica.retractions.waiting, { retractions: 0, votes: 1 })
    assert.deepEqual(await countsOf(node.replica), [0, 1])
    assert.deepEqual(await node.replica.publishHeld(), [])
    clock.pass(3_599_999)
    assert.deepEqual(await node.replica.publishHeld(), [])
    clock.pass(1)
    assert.equal((await node.replica.publishHeld()).length, 1)
    assert.deepEqual(await node.replica.publishHeld(), [])
    assert.deepEqual(node.replica.retractions.waiting, { retractions: 0, votes: 0 })
    await deliver(node.replica, peer.replica)
    for (const { replica } of [node, peer]) {
      assert.equal(replica.heads().length, 2)
      assert.deepEqual(await countsOf(replica), [0, 1])
      assert.ok((await typesOf(replica)).every((types) => !types.includes('retraction')))
    }
    assert.deepEqual(await contentOf(peer.replica), await contentOf(node.replica))
  })

  it('takes what is counted of its record along: nothing tells its key before', async () => {
    const clock = new HandClock()
    await using node = await replicaOn(undefined, undefined, clock)
    await node.replica.publish([SAID])
    node.replica.rotateAuthor()
    await node.replica.revise({ ...SAID, vote: 'dispute' })
    await node.replica.addEvidence(DIGEST, { uses: 3 })
    assert.deepEqual(await node.replica.publishEvidence(20_000), [])
    assert.deepEqual(await node.replica.publishHeld(), [])
    assert.equal(node.replica.heads().length, 1)
    clock.pass(3_600_000)
    assert.equal((await node.replica.publishHeld()).length, 2)
    assert.deepEqual(await node.replica.publishEvidence(20_000), [])
    const { counters, disputes } = (await node.replica.get(DIGEST))?.standing ?? {}
    assert.deepEqual([counters, disputes], [[['uses', 3]], 1])
  })

  it('waits until peers have the retraction, however long that takes', async () => {
    const clock = new HandClock()
    const store = await openStore()
    const replica = await openReplica({ store, hidesOwn: true, timing: clock })
    const { entries } = await replica.publish([SAID])
    for (const { author, seq } of entries) await replica.unhide(author, seq)
    replica.rotateAuthor()
    await replica.revise({ ...SAID, vote: 'dispute' })
    const [retraction] = await replica.retractions.toSend()
    assert.ok(retraction !== undefined)
    // Peers see nothing of it.
    assert.deepEqual(
      [replica.retractions.size, replica.retractions.isHidden(retraction)],
      [0, true]
    )
    for (let day = 0; day < 3; day++) {
      clock.pass(86_400_000)
      assert.deepEqual(await replica.publishHeld(), [])
    }
    // A peer shows it: as on any node that stores the register.
    assert.deepEqual(await replica.retractions.admit([retraction], 'peer'), ['admitted'])
    assert.deepEqual(
      [replica.retractions.size, replica.retractions.isHidden(retraction)],
      [1, false]
    )
    assert.deepEqual(await replica.publishHeld(), [])
    clock.pass()
    assert.equal((await replica.publishHeld()).length, 1)
    await store.close()
  })

  it('can be changed again, taken back and cast again while it waits', async () => {
    const clock = new HandClock()
    await using node = await replicaOn(undefined, undefined, clock)
    await using peer = await replicaOn()
    const { replica } = node
    await replica.publish([SAID])
    replica.rotateAuthor()
    await replica.revise({ ...SAID, vote: 'dispute' })
    await replica.revise({ ...SAID, vote: 'stale' })
    assert.deepEqual([await replica.voteOn(DIGEST), await countsOf(replica)], ['stale', [0, 0]])
    assert.equal((await replica.get(DIGEST))?.standing.stales, 1)
    await replica.retract(DIGEST)
    assert.deepEqual(
      [await replica.voteOn(DIGEST), await replica.get(DIGEST)],
      [undefined, undefined]
    )
    // A new vote of another author waits as well: the record is still at rest.
    const { entries, votes } = await replica.publish([SAID])
    assert.deepEqual([entries.length, votes.length], [0, 1])
    assert.deepEqual(await countsOf(replica), [1, 0])
    assert.equal(replica.retractions.size, 1)
    await replica.publishHeld()
    clock.pass()
    assert.equal((await replica.publishHeld()).length, 1)
    await deliver(replica, peer.replica)
    assert.deepEqual(await countsOf(peer.replica), [1, 0])
    assert.deepEqual(await contentOf(peer.replica), await contentOf(replica))
  })

  it('after a retraction waits for another author, and not for the same one', async () => {
    const clock = new HandClock()
    await using same = await replicaOn(undefined, undefined, clock)
    await using other = await replicaOn(undefined, undefined, clock)
    for (const { replica } of [same, other]) {
      await replica.publish([SAID])
      await replica.retract(DIGEST)
    }
    other.replica.rotateAuthor()
    assert.equal((await same.replica.publish([SAID])).entries.length, 1)
    assert.equal((await other.replica.publish([SAID])).entries.length, 0)
  })

  it('of a member replaces the one before at once, since its tag on the record links both', async () => {
    const roster = new TestRoster(['ada', 'bob'])
    await using node = await memberReplica(roster, 'ada')
    await node.replica.publish([SAID])
    node.replica.rotateAuthor()
    assert.equal((await node.replica.revise({ ...SAID, vote: 'dispute' })).length, 1)
    assert.deepEqual(await countsOf(node.replica), [0, 1])
    assert.equal(node.replica.retractions.size, 0)
    const types = await typesOf(node.replica, CLOSED_SWARM)
    assert.ok(types.every((each) => !each.includes('retraction')))
  })
})

describe('retractions of votes of several authors', () => {
  it('leave at different times, those of one author together', async () => {
    const clock = new HandClock()
    await using node = await replicaOn(undefined, undefined, clock)
    const { replica } = node
    const all: Uint8Array[] = []
    for (const [i, count] of [2, 5, 3].entries()) {
      all.push(...(await replica.publish(publications(count, 100 * i))).records)
      replica.rotateAuthor()
    }
    assert.equal((await replica.retractMany(all)).length, 10)
    // Here none of them counts any longer.
    assert.deepEqual(await Array.fromAsync(replica.attestedRecords()), [])
    assert.equal(replica.retractions.size, 5)
    assert.equal(replica.retractions.waiting.retractions, 5)
    clock.pass()
    await replica.publishHeld()
    assert.equal(replica.retractions.size, 10)
  })
})

describe('retractions in entries, which earlier versions wrote', () => {
  it('count as before, beside those without an author', async () => {
    await using node = await replicaOn()
    const secret = createSecret()
    const commitment = commitmentOf({ digest: DIGEST, secret })
    const { replica } = node
    const { entries } = await replica.publish([SAID])
    const [entry] = entries
    assert.ok(entry !== undefined)
    const { values } = readEntryValues(
      { swarm: SWARM, entryFormat: ENTRY_FORMAT },
      1,
      writeEntry(entry)
    )
    const copied = values.map((value) =>
      value.type === 'register' ? { ...value, register: { ...value.register, commitment } } : value
    )
    await replica.admit(writeEntry(forge({ values: copied })))
    assert.deepEqual(await countsOf(replica), [2, 0])
    const old: Value = { type: 'retraction', digest: DIGEST, secret }
    const admission = await replica.admit(writeEntry(forge({ values: [old] })))
    assert.equal(admission.outcome, 'admitted')
    assert.deepEqual(await countsOf(replica), [1, 0])
    assert.equal(replica.retractions.size, 0)
    await replica.retract(DIGEST)
    assert.equal(await replica.get(DIGEST), undefined)
  })
})
