import assert from 'node:assert/strict'
import { digestOf, writeEntry } from '../../../crdt/index.ts'
import { ENTRY_FORMAT } from '../../../crdt/constants.ts'
import { memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { contentOf } from '../../fixtures/replicas.ts'
import { publication } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'
import type { Entry } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

const LATER = ENTRY_FORMAT + 1
const gone = publication('What the author no longer says.')
const kept = publication('What the author says from its new base on.')

describe('entries that a later version has read', () => {
  it('are removed with what they say by the next version that reads them, not by one before', async () => {
    const roster = new TestRoster(['member 0', 'member 1'])
    await using directory = await temporaryDirectory()
    await using another = await temporaryDirectory()
    const open = (format?: number, path = directory.path): Promise<TestReplica> =>
      memberReplica(roster, 'member 0', path, undefined, undefined, format)

    const feed = new VoicedFeed(new VoicedMember(roster, 'member 1'))
    const at = { epoch: roster.epoch, generation: 1, format: LATER }
    const first = await feed.entry({ ...at, seq: 1 }, [gone])
    const next = await feed.entry({ ...at, seq: 2, base: 2, prev: first.hash }, [kept])
    {
      await using later = await open(LATER)
      await take(later, first)
      assert.equal((await later.replica.get(digestOf(gone.record)))?.standing.vouches, 1)
    }
    {
      await using earlier = await open()
      assert.equal(await earlier.replica.admitHeader(next), 'admitted')
      await earlier.replica.whenCompacted()
      assert.equal((await earlier.replica.get(digestOf(gone.record)))?.standing.vouches ?? 0, 0)
    }
    await using later = await open(LATER)
    await take(later, next)
    await using other = await open(LATER, another.path)
    await other.replica.admitHeader(next)
    await take(other, next)
    assert.deepEqual(await contentOf(later.replica), await contentOf(other.replica))
    assert.equal(await later.replica.get(digestOf(gone.record)), undefined)
  })
})

async function take({ replica }: TestReplica, entry: Entry): Promise<void> {
  const admission = await replica.admit(writeEntry(entry))
  assert.ok(admission.outcome === 'admitted')
  await admission.durable
}
