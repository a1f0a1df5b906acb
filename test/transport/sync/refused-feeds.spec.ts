import assert from 'node:assert/strict'
import { writeEntry } from '../../../crdt/index.ts'
import { FeedLeases } from '../../../transport/sync/feed-leases.ts'
import { REFUSED_WAIT } from '../../../transport/constants.ts'
import { RefusedFeeds } from '../../../transport/sync/refused-feeds.ts'
import { FeedPull } from '../../../transport/sync/feed-pull.ts'
import { readSyncRequest, writeSyncAnswer } from '../../../transport/sync/sync-frames.ts'
import { memberReplica, TestRoster } from '../../fixtures/closed-swarm.ts'
import { publication } from '../../fixtures/publications.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'
import type { Entry } from '../../../crdt/index.ts'

/** Two entries of a member. */
async function twoEntries(roster: TestRoster, name: string): Promise<Entry[]> {
  const feed = new VoicedFeed(new VoicedMember(roster, name))
  const voice = { epoch: roster.epoch, generation: 0 }
  const first = await feed.entry({ ...voice, seq: 1 }, [publication('a')])
  const next = { ...voice, seq: 2, prev: first.hash, clock: 2 }
  return [first, await feed.entry(next, [publication('b')])]
}

describe('a pull', () => {
  it('goes on behind a feed of a member that this node does not know yet', async () => {
    const roster = new TestRoster(['ada', 'bob'])
    const known = new TestRoster(['ada', 'bob', 'fay'])
    const feeds = [await twoEntries(known, 'fay'), await twoEntries(roster, 'bob')]
    await using ada = await memberReplica(roster, 'ada')
    // Cut behind the first feed, as an answer that is full.
    const answers = feeds
      .flatMap((entries, i) => [
        ...entries.map((entry) => ({ type: 'entry' as const, bytes: writeEntry(entry) })),
        { type: 'done' as const, more: i === 0 }
      ])
      .map((answer) => writeSyncAnswer(answer))
    const asked: number[] = []
    let now = 1_000
    const shared = { leases: new FeedLeases(), refused: new RefusedFeeds(() => now), peer: 'bob' }
    const pull = new FeedPull(ada.replica.publicView, shared, (request, readAnswer) => {
      const { type, heads } = { heads: [], ...readSyncRequest(request) }
      assert.equal(type, 'pull')
      asked.push(heads.length)
      return readAnswer(() => Promise.resolve(answers.shift() ?? new Uint8Array()))
    })
    const authors = feeds.map(([first]) => first?.author ?? new Uint8Array())
    const wanted = new Map(authors.map((author) => [author.toString(), author]))
    await pull.pull(wanted, () => true)
    assert.equal(pull.received, 2)
    assert.deepEqual(asked, [2, 1])
    assert.deepEqual(
      authors.map((author) => ada.replica.headOf(author).seq),
      [0, 2]
    )
    // The refused feed is left out for a while, then asked for again.
    const done = writeSyncAnswer({ type: 'done', more: false })
    const askAgain = async (): Promise<number | undefined> => {
      answers.push(done)
      asked.length = 0
      await pull.pull(wanted, () => true)
      return asked[0]
    }
    const refuse = (): void => shared.refused.refuse(authors[0] ?? new Uint8Array())
    refuse()
    assert.equal(await askAgain(), 2, 'statements may come with the entries')
    refuse()
    assert.equal(await askAgain(), 1)
    now += REFUSED_WAIT
    assert.equal(await askAgain(), 2)
    refuse()
    now += REFUSED_WAIT
    assert.equal(await askAgain(), 1, 'the wait doubles')
    shared.refused.clear()
    assert.equal(await askAgain(), 2)
  })
})
