import assert from 'node:assert/strict'
import { digestOf, readEntry, writeEntry } from '../../../crdt/index.ts'
import { splitPayload } from '../../../crdt/feeds/voice-part.ts'
import { REBUILD_KEY } from '../../../crdt/store/migrations.ts'
import { CLOSED_SWARM, memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { contentOf, deliver } from '../../fixtures/replicas.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'
import type { Replica, Store } from '../../../crdt/index.ts'

const NAMES = Array.from({ length: 10 }, (_, i) => `member ${i}`)
const STANDINGS = ['standings', 'votes', 'older-votes', 'withdrawals', 'facets']
const item = publication('A record with more voices than a row lists.')

/** Votes of all members, authors of one member in two epochs, and a fork. */
async function teach(replica: Replica, roster: TestRoster): Promise<void> {
  await replica.publish([item, ...publications(5)])
  await replica.retract(digestOf(item.record))
  await replica.addEvidence(digestOf(item.record), { uses: 2 })
  await replica.publishEvidence(20_000)
  for (const name of NAMES.slice(1)) {
    await using other = await memberReplica(roster, name)
    await other.replica.publish([item, ...publications(3)])
    await deliver(other.replica, replica)
  }
  const eve = new VoicedMember(roster, 'member 9')
  const old = new VoicedFeed(eve)
  const position = { epoch: roster.epoch - 1, generation: 3, seq: 1 }
  await replica.admit(writeEntry(await old.entry(position, [{ ...item, vote: 'dispute' }])))
  const forked = new VoicedFeed(eve)
  const place = { epoch: roster.epoch, generation: 7, seq: 1 }
  await replica.admit(writeEntry(await forked.entry(place, [{ ...item, vote: 'stale' }])))
  await replica.admit(writeEntry(await forked.entry(place, [publication('another')])))
  await replica.compact()
  await replica.whenCompacted()
}

/** What `hive repair` finds where tables were lost. */
async function lose(store: Store, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const section = store.section(name)
    for await (const [key] of section.entries()) await store.commit([section.del(key)])
  }
  await store.commit([store.section('meta').put(REBUILD_KEY, new Uint8Array())])
}

/** Values whose checksum is wrong, in the place of all of the section; resolves to their number. */
async function damage(store: Store, name: string): Promise<number> {
  let count = 0
  for await (const [key] of store.section(name).entries()) {
    const whole = Buffer.concat([Buffer.from(`!${name}!`), key])
    await store.commit([{ type: 'put', key: whole, value: new Uint8Array(12) }])
    count += 1
  }
  return count
}

/** Generation of the last entry of the replica's newest own author. */
async function publishedGeneration(replica: Replica): Promise<number | undefined> {
  const { entries } = await replica.publish([publication(`after a restart ${Math.random()}`)])
  return splitPayload(CLOSED_SWARM, entries[0]?.payload ?? new Uint8Array()).part?.generation
}

describe('a closed swarm on disk', () => {
  it('is the same after a restart, and after all that follows from entries is lost', async () => {
    const roster = new TestRoster(NAMES)
    await using directory = await temporaryDirectory()
    let before: readonly unknown[] = []
    {
      await using node = await memberReplica(roster, 'member 0', directory.path)
      await teach(node.replica, roster)
      before = await contentOf(node.replica)
    }
    for (const lost of [[], STANDINGS, [...STANDINGS, 'voices', 'voice-authors']]) {
      {
        await using node = await memberReplica(roster, 'member 0', directory.path)
        assert.deepEqual(await contentOf(node.replica), before)
        const { damaged } = node.store
        assert.equal(damaged, 0)
        const { emptied, restored } = await node.replica.audit()
        assert.deepEqual({ emptied, restored }, { emptied: 0, restored: 0 })
        if (lost.length > 0) await lose(node.store, lost)
      }
      await using again = await memberReplica(roster, 'member 0', directory.path)
      assert.deepEqual(await contentOf(again.replica), before, lost.join())
    }
  })

  it('computes again, while it runs, what follows from entries and is damaged', async () => {
    const roster = new TestRoster(NAMES)
    await using node = await memberReplica(roster, 'member 0')
    await teach(node.replica, roster)
    const before = await contentOf(node.replica)
    for (const name of ['standings', 'votes', 'older-votes', 'facets', 'voices', 'voice-authors']) {
      const damaged = await damage(node.store, name)
      assert.ok(damaged > 0, name)
      await node.replica.mendStandings({ [name]: damaged })
      assert.deepEqual(await contentOf(node.replica), before, name)
      const left = Object.keys((await node.store.verify()).damaged)
      // The voice of an author that is void from its first entry is not known again, and never asked for.
      assert.deepEqual(
        left.filter((section) => STANDINGS.includes(section)),
        [],
        name
      )
    }
    await node.replica.mendStandings({ facts: 1 })
  })

  it('orders generations by number, beyond 255 too', async () => {
    const roster = new TestRoster(NAMES)
    await using node = await memberReplica(roster, 'member 0')
    const clone = new VoicedMember(roster, 'member 0')
    node.replica.hearPeers()
    for (const generation of [255, 256, 4_094]) {
      const feed = new VoicedFeed(clone)
      const entry = await feed.entry({ epoch: roster.epoch, generation, seq: 1 }, [item])
      await node.replica.admit(writeEntry(entry))
      node.replica.rotateAuthor()
      assert.equal(await publishedGeneration(node.replica), generation + 1)
    }
    node.replica.rotateAuthor()
    await assert.rejects(publishedGeneration(node.replica), { code: 'AUTHORS_USED' })
  })

  it('goes on with the next generation of this node, and with the feeds of others', async () => {
    const roster = new TestRoster(NAMES)
    await using directory = await temporaryDirectory()
    await using other = await memberReplica(roster, 'member 1')
    await other.replica.publish(publications(2))
    const generations: (number | undefined)[] = []
    for (const lost of [[], [], ['voices', 'voice-authors']]) {
      roster.hour += 1
      await using node = await memberReplica(roster, 'member 0', directory.path)
      generations.push(await publishedGeneration(node.replica))
      await deliver(other.replica, node.replica)
      if (lost.length > 0) await lose(node.store, lost)
    }
    await using node = await memberReplica(roster, 'member 0', directory.path)
    generations.push(await publishedGeneration(node.replica))
    // Until a peer has told its heads, one of the hour.
    assert.deepEqual(generations, [24, 48, 72, 73])
    // An entry that does not introduce its author again.
    const { entries } = await other.replica.publish([publication('one more')])
    const [bytes] = entries.map((entry) => writeEntry(entry))
    assert.ok(bytes !== undefined)
    const { payload } = readEntry(bytes)
    assert.equal(splitPayload(CLOSED_SWARM, payload).part?.introduction, undefined)
    assert.equal((await node.replica.admit(bytes)).outcome, 'admitted')
  })
})
