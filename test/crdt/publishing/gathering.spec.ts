import assert from 'node:assert/strict'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { Gathering, MAX_GATHERED, MAX_GATHERING } from '../../../crdt/publishing/gathering.ts'
import { digestOf } from '../../../crdt/publishing/publication.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import type { OwnVote, Publication, Replica } from '../../../crdt/index.ts'

/** Timers that the test lets run. */
class Timers {
  readonly #tasks: (() => void)[] = []
  milliseconds = 0

  readonly later = (task: () => void, milliseconds: number): void => {
    this.#tasks.push(() => {
      this.milliseconds += milliseconds
      task()
    })
  }

  /** Lets timers run until the calls have ended; `each` is called before each timer. */
  async until<T>(calls: () => readonly Promise<T>[], each?: () => void): Promise<void> {
    for (;;) {
      const all = calls()
      let isEnded = false
      const ended = Promise.allSettled(all).then(() => (isEnded = true))
      await Promise.race([ended, settled()])
      if (isEnded && calls().length === all.length) return
      const task = this.#tasks.shift()
      if (task !== undefined) each?.()
      task?.()
    }
  }
}

/** When the promises of this turn have run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A queue that notes what ran together; a task takes until the gate is opened. */
function gathered(): {
  readonly queue: Gathering<number, number>
  readonly timers: Timers
  readonly runs: number[][]
} {
  const timers = new Timers()
  const runs: number[][] = []
  const runTogether = async (items: readonly number[]): Promise<number[]> => {
    runs.push([...items])
    await settled()
    if (items.includes(-1)) throw new Error('negative')
    return items.map((item) => item * 2)
  }
  return { queue: new Gathering({ runTogether, later: timers.later }), timers, runs }
}

describe('gathering', () => {
  it('does at once what comes alone, one call after the other', async () => {
    const { queue, timers, runs } = gathered()
    for (let i = 1; i <= 5; i++) assert.equal(await queue.gather(i), 2 * i)
    assert.deepEqual(runs, [[1], [2], [3], [4], [5]])
    assert.equal(timers.milliseconds, 0)
  })

  it('does together what comes while a task runs, and what follows closely, for a bounded time', async () => {
    const { queue, timers, runs } = gathered()
    const all = [queue.gather(1)]
    await Promise.resolve()
    await Promise.resolve()
    all.push(queue.gather(2), queue.gather(3))
    let next = 4
    await timers.until(
      () => all,
      () => {
        if (runs.length < 2) all.push(queue.gather(next++))
      }
    )
    assert.deepEqual(
      await Promise.all(all),
      Array.from({ length: all.length }, (_, i) => 2 * (i + 1))
    )
    assert.deepEqual(runs[0], [1])
    assert.ok((runs[1]?.length ?? 0) > 10)
    assert.ok(timers.milliseconds <= 2 * MAX_GATHERING, `${timers.milliseconds} ms`)
  })

  it('ends when nothing follows, when many have come, and when another task waits', async () => {
    const { queue, timers, runs } = gathered()
    const burst = [queue.gather(1), queue.gather(2)]
    await timers.until(() => burst)
    assert.deepEqual(runs, [[1, 2]])
    const many = Array.from({ length: MAX_GATHERED + 2 }, (_, i) => queue.gather(100 + i))
    await timers.until(() => many)
    assert.deepEqual(
      runs.map(({ length }) => length),
      [2, MAX_GATHERED, 2]
    )
    const before = [queue.gather(1), queue.gather(2)]
    await settled()
    const order: string[] = []
    const task = queue.run(() => Promise.resolve(order.push(`after ${runs.length} runs`)))
    const after = queue.gather(3)
    await Promise.all([...before, task, after])
    assert.deepEqual(order, ['after 4 runs'])
    assert.deepEqual(runs.slice(3), [[1, 2], [3]])
  })

  it('fails all that were done together, and goes on', async () => {
    const { queue, timers } = gathered()
    const calls = [queue.gather(12), queue.gather(-1)]
    await timers.until(() => calls)
    assert.deepEqual(
      (await Promise.allSettled(calls)).map(({ status }) => status),
      ['rejected', 'rejected']
    )
    assert.equal(await queue.gather(14), 28)
  })
})

describe('small publications at the same time', () => {
  it('share an entry, and each call gets its own result', async () => {
    await using own = await replicaOn()
    const items = publications(100)
    const results = await Promise.all(items.map((item) => own.replica.publish([item])))
    const [head] = own.replica.heads()
    assert.equal(head?.seq, 1)
    for (const { records, votes, unchanged, entries } of results) {
      assert.deepEqual([records.length, votes.length, unchanged.length], [1, 0, 0])
      assert.equal(entries.length, 1)
    }
    assert.equal(new Set(results.flatMap(({ records }) => records.map(toHex))).size, 100)
  })

  it('are published once if two calls have the same, and are durable when the call returns', async () => {
    const store = await openStore()
    const replica = await openReplica({ store })
    const same = publication('the same', { confidence: 0.8 })
    const [first, second, other] = await Promise.all([
      replica.publish([same]),
      replica.publish([{ ...same, confidence: 0.3 }, publication('another')]),
      replica.publish([{ ...same, confidence: 0.2 }])
    ])
    assert.deepEqual([first.records.length, first.unchanged.length], [1, 0])
    assert.deepEqual([second.records.length, second.unchanged.length], [1, 1])
    assert.deepEqual([other.records.length, other.entries.length], [0, 0])
    assert.equal((await replica.get(first.records[0] ?? new Uint8Array()))?.standing.vouches, 1)
    await using copy = await replicaOn()
    await deliver(replica, copy.replica)
    assert.equal(toHex(copy.replica.digest()), toHex(replica.digest()))
    await store.close()
  })

  it('keep their order with other calls', async () => {
    await using own = await replicaOn()
    const item = publication('taken back')
    const [{ records }] = await Promise.all([
      own.replica.publish([item]),
      own.replica.publish([publication('other')])
    ])
    const [digest = new Uint8Array()] = records
    const [retraction, again] = await Promise.all([
      own.replica.retract(digest),
      own.replica.publish([item])
    ])
    assert.ok(retraction !== undefined)
    assert.equal(again.votes.length, 1)
  })
})

describe('revised votes at the same time', () => {
  const RECORDS = 50

  async function records(own: Replica): Promise<Uint8Array[]> {
    await using other = await replicaOn()
    const published = await other.replica.publish(publications(RECORDS))
    await deliver(other.replica, own)
    return [...published.records]
  }

  const voteOn = async (
    replica: Replica,
    digest: Uint8Array,
    vote: OwnVote
  ): Promise<Publication> => {
    const attested = await replica.get(digest)
    assert.ok(attested !== undefined)
    return { record: attested.record, confidence: 0.9, day: 20_000, vote }
  }

  it('share an entry, also with what they replace', async () => {
    await using own = await replicaOn()
    const digests = await records(own.replica)
    for (const vote of ['vouch', 'dispute'] as const) {
      const votes = await Promise.all(digests.map((each) => voteOn(own.replica, each, vote)))
      const revised = await Promise.all(votes.map((each) => own.replica.revise(each)))
      assert.deepEqual(
        revised.map(({ length }) => length),
        digests.map(() => 1)
      )
      assert.equal(new Set(revised.flat().map(({ hash }) => toHex(hash))).size, 1)
      for (const digest of digests) assert.equal(await own.replica.voteOn(digest), vote)
    }
    const [digest = new Uint8Array()] = digests
    assert.equal((await own.replica.get(digest))?.standing.disputes, 1)
  })

  /** Votes on records so long that they do not fit one entry. */
  async function longVotes(own: Replica): Promise<Publication[]> {
    await using other = await replicaOn()
    const texts = Array.from({ length: 20 }, (_, i) => `${i} ${'long '.repeat(1_600)}`)
    const published = await other.replica.publish(texts.map((text) => publication(text)))
    await deliver(other.replica, own)
    return Promise.all(published.records.map((each) => voteOn(own, each, 'vouch')))
  }

  it('of more than an entry have the entry that they are in', async () => {
    await using own = await replicaOn()
    const votes = await longVotes(own.replica)
    const revised = await Promise.all(votes.map((each) => own.replica.revise(each)))
    for (const entries of revised) assert.equal(entries.length, 1)
    const [first, last] = [revised.at(0)?.[0], revised.at(-1)?.[0]]
    assert.deepEqual([first?.seq, last?.seq], [1, 2])
  })

  it('fail with the entry that they are in alone', async () => {
    const { database, failNext } = failingDatabase()
    await using own = await replicaOn(database)
    const votes = await longVotes(own.replica)
    failNext('vouched')
    const revised = await Promise.allSettled(votes.map((each) => own.replica.revise(each)))
    assert.equal(revised.at(0)?.status, 'rejected')
    assert.equal(revised.at(-1)?.status, 'fulfilled')
    for (const [i, { record }] of votes.entries()) {
      const expected = revised[i]?.status === 'fulfilled' ? 'vouch' : undefined
      assert.equal(await own.replica.voteOn(digestOf(record)), expected, `vote ${i}`)
    }
  })

  it('on one record count in their order, and keep their order with other calls', async () => {
    await using own = await replicaOn()
    const [one = new Uint8Array(), two = new Uint8Array()] = await records(own.replica)
    const [vouch, dispute, vouchTwo] = [
      await voteOn(own.replica, one, 'vouch'),
      await voteOn(own.replica, one, 'dispute'),
      await voteOn(own.replica, two, 'vouch')
    ]
    const [first, second, third, , retraction, published] = await Promise.all([
      own.replica.revise(vouch),
      own.replica.revise(dispute),
      own.replica.revise(vouchTwo),
      own.replica.revise(vouch),
      own.replica.retract(two),
      own.replica.publish([publication('between')])
    ])
    assert.deepEqual([first.length, second.length, third.length], [1, 1, 1])
    assert.deepEqual(second, third)
    assert.ok(retraction !== undefined)
    assert.equal(published.records.length, 1)
    assert.equal(await own.replica.voteOn(one), 'vouch')
    assert.equal(await own.replica.voteOn(two), undefined)
    const register = await own.replica.ownRegister(one)
    assert.ok(register !== undefined)
    // Of two that expect the same register, the first finds it.
    const expecting = await Promise.all([
      own.replica.revise(dispute, register),
      own.replica.revise(vouch, register)
    ])
    assert.deepEqual(
      expecting.map(({ length }) => length),
      [1, 0]
    )
    assert.equal(await own.replica.voteOn(one), 'dispute')
  })

  it('leave out those that have to wait, since an earlier author key has the vote', async () => {
    await using own = await replicaOn()
    const digests = await records(own.replica)
    const [earlier = new Uint8Array()] = digests
    await own.replica.revise(await voteOn(own.replica, earlier, 'vouch'))
    own.replica.rotateAuthor()
    const votes = await Promise.all(digests.map((each) => voteOn(own.replica, each, 'dispute')))
    const revised = await Promise.all(votes.map((each) => own.replica.revise(each)))
    assert.deepEqual(
      revised.map(({ length }) => length),
      digests.map((_, i) => (i === 0 ? 0 : 1))
    )
    for (const digest of digests) assert.equal(await own.replica.voteOn(digest), 'dispute')
    await using copy = await replicaOn()
    await deliver(own.replica, copy.replica)
    assert.equal((await copy.replica.get(earlier))?.standing.disputes ?? 0, 0)
  })

  it('that have to wait do so where the entry of the others fails', async () => {
    const { database, failNext } = failingDatabase()
    await using own = await replicaOn(database)
    const digests = await records(own.replica)
    const [earlier = new Uint8Array()] = digests
    await own.replica.revise(await voteOn(own.replica, earlier, 'vouch'))
    own.replica.rotateAuthor()
    const votes = await Promise.all(digests.map((each) => voteOn(own.replica, each, 'dispute')))
    failNext('feeds')
    const revised = await Promise.allSettled(votes.map((each) => own.replica.revise(each)))
    assert.deepEqual(
      revised.map(({ status }) => status),
      digests.map((_, i) => (i === 0 ? 'fulfilled' : 'rejected'))
    )
    assert.equal(await own.replica.voteOn(earlier), 'dispute')
    assert.equal(own.replica.retractions.waiting.votes, 1)
  })
})
