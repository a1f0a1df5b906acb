import assert from 'node:assert/strict'
import fc from 'fast-check'
import { digestOf, openReplica, openStore, writeEntry, writeProof } from '../../../crdt/index.ts'
import { MemberVoices } from '../../../crdt/members/member-voices.ts'
import { commitmentOf } from '../../../crdt/records/retraction.ts'
import { inlineVoices } from '../../../crdt/voices/voices.ts'
import { budget } from '../../fixtures/budget.ts'
import { CLOSED_SWARM, seedOf, TestRoster } from '../../fixtures/closed-swarm.ts'
import { publication } from '../../fixtures/publications.ts'
import { randomOf } from '../../fixtures/random.ts'
import { contentOf } from '../../fixtures/replicas.ts'
import { VoicedFeed, VoicedMember } from '../../fixtures/voiced-feed.ts'
import type { Entry, Publication } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

/** More than a row lists, so that some rows have sums. */
const NAMES = Array.from({ length: 10 }, (_, i) => `member ${i}`)
const EPOCHS = 10

const RECORDS: readonly Publication[] = [
  publication('A fact.'),
  publication('A claim.', {
    record: { kind: 'fact', entity: 'a', content: '', attribute: 'b', value: 'c' }
  }),
  publication('', { record: { kind: 'insight', entity: '', content: 'An insight.' } }),
  publication('', {
    record: { kind: 'lesson', entity: 'CSS', content: 'Grids overflow.', action: 'Set min-width.' }
  }),
  publication('', { record: { kind: 'skill', entity: 'greet', content: 'export default 1' } }),
  publication('', { record: { kind: 'goal', entity: '', content: 'A goal.' } })
]

/** A feed of one entry for each of its lists of opinions, all signed before the runs. */
interface Feed {
  readonly member: number
  /** (epoch, generation). */
  readonly place: readonly [number, number]
  readonly entries: readonly Entry[]
  readonly said: readonly (readonly Publication[])[]
  /** Another entry for the last place. */
  readonly other: Entry
}

async function feedOf(
  member: number,
  voices: VoicedMember,
  [epoch, generation]: readonly [number, number],
  salt: number
): Promise<Feed> {
  const signer = new VoicedFeed(voices)
  const said = [0, 1].map((place) =>
    RECORDS.filter((_, i) => (i + salt + place) % 2 === 0 || salt % 3 === 0).map((each, i) => {
      const vote = (['vouch', 'dispute', 'stale'] as const)[(salt + place + i) % 3] ?? 'vouch'
      return { ...each, vote, confidence: ((salt + i) % 10) / 10, day: 20_000 + salt + place }
    })
  )
  const [first = [], second = []] = said
  const voice = { epoch, generation }
  const one = await signer.entry({ ...voice, seq: 1 }, first)
  const next = { ...voice, seq: 2, prev: one.hash, clock: 2 * first.length }
  const two = await signer.entry(next, second)
  const other = await signer.entry(next, [publication(`Another entry ${salt}.`)])
  return { member, place: [epoch, generation], entries: [one, two], said, other }
}

/** Clones of a member in one generation too: they know nothing of each other. */
async function pool(roster: TestRoster): Promise<Feed[]> {
  const feeds: Feed[] = []
  for (const [member, name] of NAMES.entries()) {
    const voices = new VoicedMember(roster, name)
    const count = member < 3 ? 6 : 2
    for (let i = 0; i < count; i++) {
      const epoch = roster.epoch - ((i * 3 + member) % EPOCHS)
      feeds.push(await feedOf(member, voices, [epoch, i % 3], feeds.length))
    }
    feeds.push(await feedOf(member, voices, [roster.epoch, 0], feeds.length))
    feeds.push(await feedOf(member, voices, [roster.epoch, 0], feeds.length))
  }
  return feeds
}

function isLater(a: Feed, b: Feed, seqs: readonly [number, number]): boolean {
  const order = a.place[0] - b.place[0] || a.place[1] - b.place[1] || seqs[0] - seqs[1]
  return order > 0 || (order === 0 && Buffer.compare(authorOf(a), authorOf(b)) > 0)
}

function authorOf({ entries }: Feed): Uint8Array {
  return entries[0]?.author ?? new Uint8Array()
}

/** What each member says last of a record: of its entries that are live. */
function tallyOf(feeds: readonly Feed[], lives: readonly number[], item: Publication) {
  const latest = new Map<number, { feed: Feed; seq: number; vote: string }>()
  for (const [i, feed] of feeds.entries()) {
    for (let seq = 1; seq <= (lives[i] ?? 0); seq++) {
      const said = feed.said[seq - 1]?.find(({ record }) => record === item.record)
      const before = latest.get(feed.member)
      if (said === undefined) continue
      if (before !== undefined && !isLater(feed, before.feed, [seq, before.seq])) continue
      latest.set(feed.member, { feed, seq, vote: said.vote ?? 'vouch' })
    }
  }
  const votes = [...latest.values()].map(({ vote }) => vote)
  const count = (vote: string): number => votes.filter((each) => each === vote).length
  return { vouches: count('vouch'), disputes: count('dispute'), stales: count('stale') }
}

describe('memberships', function () {
  this.timeout(budget(60_000, 900_000))
  const roster = new TestRoster(NAMES)
  // One for all replicas, so that each credential is checked once.
  const membership = new MemberVoices({
    swarm: CLOSED_SWARM,
    rings: roster,
    voices: inlineVoices(),
    seed: seedOf('member 0'),
    epoch: () => roster.epoch,
    assertVoice: () => undefined
  })
  let feeds: Feed[]
  before(async () => {
    feeds = await pool(roster)
  })

  async function open(): Promise<TestReplica> {
    const store = await openStore()
    const replica = await openReplica({ store, swarm: CLOSED_SWARM, membership })
    return { store, replica, [Symbol.asyncDispose]: () => store.close() }
  }

  /** Delivers entries until nothing changes, in this order; those of void places are refused. */
  async function give(node: TestReplica, bytes: readonly Uint8Array[]): Promise<void> {
    let left = bytes
    for (let before = -1; before !== left.length;) {
      before = left.length
      const gaps: Uint8Array[] = []
      for (const each of left) {
        if ((await node.replica.admit(each)).outcome === 'gap') gaps.push(each)
      }
      left = gaps
    }
  }

  it('are as many voices on any record, of all kinds, over ten epochs and any order', async () => {
    const chosen = fc.uniqueArray(fc.nat(), { minLength: 8, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(chosen, fc.nat(), async (numbers, seed) => {
        const random = randomOf(seed)
        const some = [...new Set(numbers.map((n) => feeds[n % feeds.length]))].flatMap(
          (feed) => feed ?? []
        )
        const isForked = some.map((_, i) => (numbers[i] ?? 0) % 4 === 0)
        const bytes = some.flatMap(({ entries, other }, i) =>
          [...entries, ...(isForked[i] === true ? [other] : [])].map((entry) => writeEntry(entry))
        )
        const shuffled = bytes
          .map((each) => ({ each, by: random() }))
          .toSorted((x, y) => x.by - y.by)
          .map(({ each }) => each)
        await using one = await open()
        await using two = await open()
        await give(one, shuffled)
        await give(two, shuffled.toReversed())
        assert.deepEqual(await contentOf(one.replica), await contentOf(two.replica))
        const lives = isForked.map((forked) => (forked ? 1 : 2))
        for (const item of RECORDS) {
          const standing = (await one.replica.get(digestOf(item.record)))?.standing
          const { vouches = 0, disputes = 0, stales = 0 } = standing ?? {}
          assert.deepEqual({ vouches, disputes, stales }, tallyOf(some, lives, item))
          const members = new Set(some.map(({ member }) => member)).size
          assert.ok(vouches + disputes + stales <= members)
        }
      }),
      { numRuns: budget(8, 200) }
    )
  })

  it('lose what a fork removes, and get back what another author of theirs said before', async () => {
    await using node = await open()
    const voices = new VoicedMember(roster, 'member 1')
    const [item = publication('')] = RECORDS
    const digest = digestOf(item.record)
    const [old, next] = [new VoicedFeed(voices), new VoicedFeed(voices)]
    const { epoch } = roster
    const secret = new Uint8Array(16).fill(3)
    const commitment = commitmentOf({ digest, secret })
    const vouch = await old.entry({ epoch: epoch - 1, generation: 4, seq: 1 }, [item])
    const dispute = await next.entry({ epoch, generation: 0, seq: 1 }, [
      {
        type: 'register',
        digest,
        register: {
          vote: 'dispute',
          confidence: 0.9,
          day: 20_000,
          tags: [],
          counters: [],
          commitment
        }
      }
    ])
    const other = await next.entry({ epoch, generation: 0, seq: 1 }, [publication('x')])
    const tally = async (): Promise<unknown> => {
      await node.replica.whenCompacted()
      const standing = (await node.replica.get(digest))?.standing
      return [standing?.vouches, standing?.disputes]
    }
    for (const entry of [dispute, vouch]) await node.replica.admit(writeEntry(entry))
    assert.deepEqual(await tally(), [0, 1])
    // Another author of the member takes the vote back.
    const third = new VoicedFeed(voices)
    const retraction = await third.entry({ epoch, generation: 1, seq: 1 }, [
      { type: 'retraction', digest, secret }
    ])
    await node.replica.admit(writeEntry(retraction))
    assert.deepEqual(await tally(), [undefined, undefined], 'a retracted vote brings no other back')
    await node.replica.admitProof(writeProof([dispute, other]))
    assert.deepEqual(await tally(), [1, 0])
  })
})
