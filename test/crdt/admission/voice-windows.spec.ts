import assert from 'node:assert/strict'
import { digestOf, writeEntry } from '../../../crdt/index.ts'
import { CLOSED_SWARM, memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { contentOf, deliver } from '../../fixtures/replicas.ts'
import { publication } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'
import { forge } from '../../fixtures/forgery.ts'
import type { Entry, Replica } from '../../../crdt/index.ts'

const NAMES = ['ada', 'bob', 'eve']
const item = publication('said under many voices')

/** What sync does: the header with the base first, then the entries. */
async function sync(from: Replica, to: Replica): Promise<void> {
  for (const { author, base } of from.heads()) {
    const header = await from.checkpointOf(author)
    if (header !== undefined && base > to.headOf(author).base) await to.admitHeader(header)
    const proof = await from.proofOf(author)
    if (proof !== undefined) await to.admitProof(proof)
  }
  await deliver(from, to)
}

async function assertEqualAfterSync(one: Replica, two: Replica): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await sync(one, two)
    await sync(two, one)
  }
  assert.deepEqual(await contentOf(one), await contentOf(two))
}

describe('the voice of a feed', () => {
  const roster = new TestRoster(NAMES)
  const eve = new VoicedMember(roster, 'eve')
  const { epoch } = roster

  it('is that of the window, for replicas that saw another one before it', async () => {
    await using early = await memberReplica(roster, 'ada')
    await using late = await memberReplica(roster, 'bob')
    const feed = new VoicedFeed(eve)
    const first = await feed.entry({ epoch, generation: 0, seq: 1 }, [item])
    const second = await feed.entry(
      { epoch: epoch - 1, generation: 5, seq: 2, base: 2, prev: first.hash },
      [{ ...item, vote: 'dispute' }]
    )
    await early.replica.admit(writeEntry(first))
    await late.replica.admitHeader(second)
    assert.equal((await late.replica.admit(writeEntry(second))).outcome, 'admitted')
    assert.equal((await early.replica.admit(writeEntry(second))).outcome, 'admitted')
    await assertEqualAfterSync(early.replica, late.replica)
    const { vouches, disputes } = (await early.replica.get(digestOf(item.record)))?.standing ?? {}
    assert.deepEqual({ vouches, disputes }, { vouches: 0, disputes: 1 })
  })

  it('may change where a later base begins', async () => {
    await using early = await memberReplica(roster, 'ada')
    await using late = await memberReplica(roster, 'bob')
    const feed = new VoicedFeed(eve)
    const old = { epoch, generation: 0 }
    const next = { epoch, generation: 9 }
    const first = await feed.entry({ ...old, seq: 1 }, [item])
    const second = await feed.entry(
      { ...next, seq: 2, prev: first.hash, clock: 2, introduces: true },
      [{ ...item, vote: 'dispute' }]
    )
    const third = await feed.entry({ ...next, seq: 3, base: 2, prev: second.hash, clock: 4 }, [
      publication('another')
    ])
    for (const entry of [first, second, third]) {
      assert.equal((await early.replica.admit(writeEntry(entry))).outcome, 'admitted')
    }
    await late.replica.admitHeader(third)
    for (const entry of [second, third]) {
      assert.equal((await late.replica.admit(writeEntry(entry))).outcome, 'admitted')
    }
    await assertEqualAfterSync(early.replica, late.replica)
  })

  it('is no offence of a peer that knows a base where this replica compares', async () => {
    await using early = await memberReplica(roster, 'ada')
    await using late = await memberReplica(roster, 'bob')
    const feed = new VoicedFeed(eve)
    const voice = { epoch, generation: 0 }
    const first = await feed.entry({ ...voice, seq: 1 }, [item])
    // Its clock does not continue the first entry's.
    const second = await feed.entry(
      { ...voice, seq: 2, prev: first.hash, clock: 50, introduces: true },
      [publication('another')]
    )
    const third = await feed.entry({ ...voice, seq: 3, base: 2, prev: second.hash, clock: 52 }, [
      publication('one more')
    ])
    await early.replica.admit(writeEntry(first))
    await late.replica.admitHeader(third)
    assert.equal((await late.replica.admit(writeEntry(second))).outcome, 'admitted')
    const refused = await early.replica.admit(writeEntry(second))
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'structure', isOffence: false })
    await late.replica.admit(writeEntry(third))
    await assertEqualAfterSync(early.replica, late.replica)
    assert.equal(early.replica.headOf(feed.author).seq, 3)
  })

  it('of an entry that sets the base itself is compared with none before it', async () => {
    await using early = await memberReplica(roster, 'ada')
    const feed = new VoicedFeed(eve)
    const voice = { epoch, generation: 0 }
    const first = await feed.entry({ ...voice, seq: 1 }, [item])
    const second = await feed.entry({ ...voice, seq: 2, base: 2, clock: 50 }, [item])
    await early.replica.admit(writeEntry(first))
    assert.equal((await early.replica.admit(writeEntry(second))).outcome, 'admitted')
  })

  it('must be shown again where a window begins', async () => {
    await using ada = await memberReplica(roster, 'ada')
    const feed = new VoicedFeed(eve)
    const voice = { epoch, generation: 0 }
    const first = await feed.entry({ ...voice, seq: 1 }, [item])
    const second = await feed.entry(
      { ...voice, seq: 2, base: 2, prev: first.hash, clock: 2, introduces: false },
      [item]
    )
    await ada.replica.admit(writeEntry(first))
    const refused = await ada.replica.admit(writeEntry(second))
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'voice', isOffence: true })
  })

  it('cannot be dropped by a base at an entry that does not show it', async () => {
    const feed = new VoicedFeed(eve)
    const voice = { epoch, generation: 0 }
    const first = await feed.entry({ ...voice, seq: 1 }, [item])
    const second = await feed.entry({ ...voice, seq: 2, prev: first.hash, clock: 2 }, [
      { ...item, vote: 'dispute' }
    ])
    const third = await feed.entry({ ...voice, seq: 3, base: 2, prev: second.hash, clock: 4 }, [
      publication('another')
    ])
    await using late = await memberReplica(roster, 'bob')
    await late.replica.admitHeader(third)
    const refused = await late.replica.admit(writeEntry(second))
    // Who does not know the base admits and relays it.
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'voice', isOffence: false })
    for (const takesHeader of [true, false]) {
      await using early = await memberReplica(roster, 'ada')
      for (const entry of [first, second]) await early.replica.admit(writeEntry(entry))
      if (takesHeader) await early.replica.admitHeader(third)
      assert.equal((await early.replica.admit(writeEntry(third))).outcome, 'rejected')
      assert.deepEqual(await contentOf(early.replica), await contentOf(late.replica))
      assert.equal(await early.replica.get(digestOf(item.record)), undefined)
      assert.deepEqual(await Array.fromAsync(early.replica.entriesAfter(feed.author, 0)), [])
    }
  })

  it("is nobody's offence when this disk has lost it", async () => {
    await using directory = await temporaryDirectory()
    const feed = new VoicedFeed(eve)
    const voice = { epoch, generation: 0 }
    const first = await feed.entry({ ...voice, seq: 1 }, [item])
    const second = await feed.entry({ ...voice, seq: 2, prev: first.hash, clock: 2 }, [item])
    {
      await using ada = await memberReplica(roster, 'ada', directory.path)
      await ada.replica.admit(writeEntry(first))
      await ada.store.commit([ada.store.section('voices').del(feed.author)])
    }
    await using again = await memberReplica(roster, 'ada', directory.path)
    const refused = await again.replica.admit(writeEntry(second))
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'unknown-member', isOffence: false })
  })

  it('leaves no trace of authors that no member introduced', async () => {
    await using ada = await memberReplica(roster, 'ada')
    const feed = new VoicedFeed(eve)
    const entries: Entry[] = [
      // Ill-formed in every way that ends a feed: its document, its update, its voice.
      forge({ swarm: CLOSED_SWARM, doc: 'other' }),
      forge({ swarm: CLOSED_SWARM }),
      await feed.entry({ epoch, generation: 0, seq: 1, introduces: false }, [item])
    ]
    for (const entry of entries) {
      const { outcome } = await ada.replica.admit(writeEntry(entry))
      assert.equal(outcome, 'rejected')
    }
    await ada.store.flush()
    for (const name of ['feeds', 'endings', 'voices']) {
      assert.deepEqual(await Array.fromAsync(ada.store.section(name).entries()), [], name)
    }
  })
})
