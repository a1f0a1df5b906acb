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
import type { FeedPullInit } from '../../../transport/sync/feed-pull.ts'
import type { SyncAnswer } from '../../../transport/sync/sync-frames.ts'

/** Two entries of a member. */
async function twoEntries(roster: TestRoster, name: string): Promise<Entry[]> {
  const feed = new VoicedFeed(new VoicedMember(roster, name))
  const voice = { epoch: roster.epoch, generation: 0 }
  const first = await feed.entry({ ...voice, seq: 1 }, [publication('a')])
  const next = { ...voice, seq: 2, prev: first.hash, clock: 2 }
  return [first, await feed.entry(next, [publication('b')])]
}

const done: SyncAnswer = { type: 'done', more: false }

function entryAnswers(entries: readonly Entry[]): SyncAnswer[] {
  return entries.map((entry) => ({ type: 'entry', bytes: writeEntry(entry) }))
}

/** A pull by the replica from a peer with these answers, one list a request; counts the requests. */
function pullOf(
  { replica }: Awaited<ReturnType<typeof memberReplica>>,
  shared: FeedPullInit,
  answers: readonly SyncAnswer[][]
): { readonly pull: FeedPull; readonly requests: () => number } {
  let requests = 0
  const pull = new FeedPull(replica.publicView, shared, (_, readAnswer) => {
    const frames = (answers[requests] ?? [done]).values()
    requests += 1
    return readAnswer(() => Promise.resolve(writeSyncAnswer(frames.next().value ?? done)))
  })
  return { pull, requests: () => requests }
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
    const firsts = feeds.map(([first]) => first ?? assert.fail())
    const authors = firsts.map(({ author }) => author)
    const wanted = new Map(firsts.map((first) => [first.author.toString(), first]))
    await pull.pull(wanted, () => true)
    assert.equal(pull.received, 2)
    assert.deepEqual(asked, [2, 1])
    assert.deepEqual(
      authors.map((author) => ada.replica.headOf(author).seq),
      [0, 2]
    )
    // The refused feed is left out for a while, then asked for again.
    const askAgain = async (): Promise<number | undefined> => {
      answers.push(writeSyncAnswer(done))
      asked.length = 0
      await pull.pull(wanted, () => true)
      return asked[0]
    }
    const [fays] = firsts
    assert.ok(fays !== undefined)
    const refuse = (): void => shared.refused.refuse(fays, ada.replica.headOf(fays.author))
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

  it('asks again for a feed with another base, here or at the peer, and for no other', async () => {
    const roster = new TestRoster(['ada', 'eve'])
    await using ada = await memberReplica(roster, 'ada')
    const eve = new VoicedFeed(new VoicedMember(roster, 'eve'))
    const entries: Entry[] = []
    // Those with even numbers begin no feed: they do not say whose it is.
    const bases = [1, 1, 2, 1, 4, 1, 7]
    for (const [i, base] of bases.entries()) {
      const introduces = i % 2 === 0
      const at = { epoch: roster.epoch, generation: 0, seq: i + 1, base, introduces }
      const prev = entries.at(-1)?.hash
      entries.push(await eve.entry({ ...at, prev, clock: 2 * i }, [publication(`${i}`)]))
    }
    const [, second, third, fourth, fifth, , seventh] = entries
    assert.ok(second !== undefined && third !== undefined && fourth !== undefined)
    assert.ok(fifth !== undefined && seventh !== undefined)
    const { author } = second
    const shared = { leases: new FeedLeases(), refused: new RefusedFeeds(() => 0), peer: 'bob' }
    const pull = async (base: number, ...answers: SyncAnswer[][]): Promise<number> => {
      const { pull: run, requests } = pullOf(ada, shared, answers)
      await run.pull(new Map([['eve', { author, base }]]), () => true)
      return requests()
    }
    const refuse = async (entry: Entry, base: number): Promise<void> => {
      const answers = [...entryAnswers([entry]), done]
      for (let i = 0; i < 3; i++) assert.equal(await pull(base, answers), 1)
      assert.equal(await pull(base), 0, 'it was refused three times')
    }
    assert.equal(await ada.replica.publicView.admitHeader(third), 'admitted')
    await refuse(second, 2)
    assert.equal(await ada.replica.publicView.admitHeader(fifth), 'admitted')
    assert.equal(await pull(2), 1, 'the base is another one here')
    await refuse(fourth, 4)
    assert.equal(await pull(4), 0)
    const later: SyncAnswer[] = [{ type: 'header', header: seventh }, ...entryAnswers([seventh])]
    assert.equal(await pull(7, [...later, done]), 1, 'the base is another one at the peer')
    assert.equal(ada.replica.headOf(author).seq, 7)
  })
})
