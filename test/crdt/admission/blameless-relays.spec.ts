import assert from 'node:assert/strict'
import { writeEntry } from '../../../crdt/index.ts'
import { memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'
import { publication } from '../../fixtures/publications.ts'
import type { Entry } from '../../../crdt/index.ts'

const NAMES = ['ada', 'bob', 'eve']

/** Entries that one author signs, each with the base and the introduction that are given. */
async function feedOf(
  roster: TestRoster,
  steps: readonly { readonly base?: number; readonly introduces?: boolean }[]
): Promise<Entry[]> {
  const feed = new VoicedFeed(new VoicedMember(roster, 'eve'))
  const entries: Entry[] = []
  for (const [i, step] of steps.entries()) {
    const at = {
      epoch: roster.epoch,
      generation: 1,
      seq: i + 1,
      prev: entries.at(-1)?.hash,
      clock: 2 * i
    }
    entries.push(await feed.entry({ ...at, ...step }, [publication(`entry ${i}`)]))
  }
  return entries
}

describe('a relay of what a dishonest member has signed', () => {
  it('is not blamed where the other node knows a base at an entry without an introduction', async () => {
    const roster = new TestRoster(NAMES)
    await using relay = await memberReplica(roster, 'ada')
    await using node = await memberReplica(roster, 'bob')
    const [first, second, third] = await feedOf(roster, [{}, {}, { base: 2 }])
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    for (const entry of [first, second]) {
      assert.equal((await relay.replica.admit(writeEntry(entry), 'eve')).outcome, 'admitted')
    }
    // Without the entries before it.
    assert.equal(await node.replica.publicView.admitHeader(third), 'admitted')
    const refused = await node.replica.admit(writeEntry(second), 'relay')
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'voice', isOffence: false })
  })

  it('is not blamed where it knows a higher base than that of an entry', async () => {
    const roster = new TestRoster(NAMES)
    await using relay = await memberReplica(roster, 'ada')
    await using node = await memberReplica(roster, 'bob')
    const steps = [{}, {}, { introduces: true }, { base: 2 }, { base: 3 }]
    const entries = await feedOf(roster, steps)
    const [fourth, fifth] = entries.slice(3)
    assert.ok(fourth !== undefined && fifth !== undefined)
    for (const entry of entries.slice(0, 3)) {
      await relay.replica.admit(writeEntry(entry), 'eve')
      await node.replica.admit(writeEntry(entry), 'eve')
    }
    assert.equal(await relay.replica.publicView.admitHeader(fifth), 'admitted')
    assert.equal((await relay.replica.admit(writeEntry(fourth), 'eve')).outcome, 'admitted')
    const refused = await node.replica.admit(writeEntry(fourth), 'relay')
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'voice', isOffence: false })
  })

  it('is blamed for an entry that no node admits', async () => {
    const roster = new TestRoster(NAMES)
    await using node = await memberReplica(roster, 'bob')
    const [first] = await feedOf(roster, [{ introduces: false }])
    assert.ok(first !== undefined)
    const refused = await node.replica.admit(writeEntry(first), 'eve')
    assert.deepEqual(refused, { outcome: 'rejected', reason: 'voice', isOffence: true })
  })
})
