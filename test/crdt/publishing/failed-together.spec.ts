import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createAuthor } from '../../../crdt/feeds/author.ts'
import { digestOf, valuesOf } from '../../../crdt/publishing/publication.ts'
import { FeedSigner } from '../../../crdt/publishing/feed-signer.ts'
import { openStore, StoreError } from '../../../crdt/index.ts'
import { hidingParts } from '../../fixtures/replica-parts.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { deliver, replicaOn } from '../../fixtures/replicas.ts'
import type { Publication, Replica } from '../../../crdt/index.ts'

const SWARM = 'failed-together'

/** Texts that do not compress: fewer fit an entry than are tried at first. */
function randomPublications(count: number): Publication[] {
  return Array.from({ length: count }, () => publication(randomBytes(12_000).toString('base64')))
}

/** One that no check refuses, and no entry takes. */
function refusedPublication(): Publication {
  const confidences = [0.5, 2]
  return {
    ...publication('one that is refused'),
    get confidence() {
      return confidences.shift() ?? 2
    }
  }
}

const statusOf = ({ status }: { readonly status: string }): string => status

/** Whether this node has a vote on the record of each. */
function areCast(replica: Replica, items: readonly Publication[]): Promise<boolean[]> {
  return Promise.all(
    items.map(async ({ record }) => (await replica.voteOn(digestOf(record))) !== undefined)
  )
}

describe('publications at the same time', () => {
  it('fail with the entry that they are in alone, and say so', async () => {
    const { database, failNext } = failingDatabase()
    await using own = await replicaOn(database)
    const items = randomPublications(12)
    failNext('vouched')
    const results = await Promise.allSettled(items.map((item) => own.replica.publish([item])))
    const isDone = results.map(({ status }) => status === 'fulfilled')
    assert.equal(isDone[0], false)
    assert.equal(isDone.at(-1), true)
    assert.deepEqual(await areCast(own.replica, items), isDone)
    const count = isDone.filter((each) => !each).length
    assert.ok(count > 1 && count < 6, `${count} failed`)
    for (const result of results) {
      if (result.status === 'fulfilled') continue
      assert.ok(result.reason instanceof StoreError)
      assert.equal(result.reason.code, 'STORE_WRITE_FAILED')
      assert.match(result.reason.message, new RegExp(`^The entry of ${count} publications was not`))
    }
    await Promise.all(items.map((item) => own.replica.publish([item])))
    await using copy = await replicaOn()
    await deliver(own.replica, copy.replica)
    for (const { record } of items) {
      assert.equal((await copy.replica.get(digestOf(record)))?.standing.vouches, 1)
    }
  })

  it('do not fail with one that is refused', async () => {
    await using own = await replicaOn()
    const items = [...publications(20), refusedPublication(), ...publications(20, 20)]
    const results = await Promise.allSettled(items.map((item) => own.replica.publish([item])))
    assert.deepEqual(
      results.map(statusOf),
      items.map((_, i) => (i === 20 ? 'rejected' : 'fulfilled'))
    )
    assert.deepEqual(
      await areCast(own.replica, items),
      items.map((_, i) => i !== 20)
    )
    assert.equal((await own.replica.publish(publications(1, 100))).records.length, 1)
  })

  it('fail with the same record of another call, and each call with one of its own', async () => {
    const { database, failNext } = failingDatabase()
    await using own = await replicaOn(database)
    const items = randomPublications(10)
    const [first, last] = [items.at(0), items.at(-1)]
    assert.ok(first !== undefined && last !== undefined)
    failNext('vouched')
    const results = await Promise.allSettled(
      [...items.map((item) => [item]), [first], [last, first], [last]].map((each) =>
        own.replica.publish(each)
      )
    )
    assert.deepEqual(results.slice(-4).map(statusOf), [
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled'
    ])
  })

  it('of a large call end with the first that fails', async () => {
    const { database, failNext } = failingDatabase()
    await using own = await replicaOn(database)
    const items = randomPublications(70)
    failNext('vouched')
    await assert.rejects(own.replica.publish(items), StoreError)
    assert.deepEqual(
      await areCast(own.replica, items),
      items.map(() => false)
    )
    assert.equal((await own.replica.publish(items)).records.length, 70)
  })
})

describe('revised votes at the same time', () => {
  const dispute = (item: Publication): Publication => ({ ...item, vote: 'dispute' })

  it('fail with their half of an entry that is too large', async () => {
    const { database, failNext } = failingDatabase()
    await using own = await replicaOn(database)
    const items = randomPublications(7).map(dispute)
    failNext('vouched')
    const results = await Promise.allSettled(items.map((item) => own.replica.revise(item)))
    const isDone = results.map(({ status }) => status === 'fulfilled')
    assert.deepEqual([isDone[0], isDone.at(-1)], [false, true])
    assert.deepEqual(await areCast(own.replica, items), isDone)
  })

  it('do not fail with one that could not be held', async () => {
    const { database, failNext } = failingDatabase()
    await using own = await replicaOn(database)
    const items = publications(10)
    await own.replica.publish(items)
    own.replica.rotateAuthor()
    const fresh = publications(10, 10)
    failNext('held-votes')
    const all = [...items, ...fresh].map(dispute)
    const results = await Promise.allSettled(all.map((item) => own.replica.revise(item)))
    assert.deepEqual(
      results.map(statusOf),
      all.map((_, i) => (i === 0 ? 'rejected' : 'fulfilled'))
    )
    assert.equal(own.replica.retractions.waiting.votes, 9)
    const votes = await Promise.all(all.map(({ record }) => own.replica.voteOn(digestOf(record))))
    assert.deepEqual(
      votes,
      all.map((_, i) => (i === 0 ? 'vouch' : 'dispute'))
    )
  })

  it('do not fail with one that is refused', async () => {
    await using own = await replicaOn()
    const items = [...publications(5), refusedPublication(), ...publications(5, 5)]
    const results = await Promise.allSettled(items.map((item) => own.replica.revise(item)))
    assert.deepEqual(
      results.map(statusOf),
      items.map((_, i) => (i === 5 ? 'rejected' : 'fulfilled'))
    )
    assert.deepEqual(
      await areCast(own.replica, items),
      items.map((_, i) => i !== 5)
    )
  })
})

describe('an entry that is halved', () => {
  it('drops the held votes that it takes the place of, and no others', async () => {
    await using stack = new AsyncDisposableStack()
    const store = await openStore()
    stack.defer(() => store.close())
    const parts = await hidingParts(store, SWARM)
    const { publisher, heldVotes, admitter, recordStore } = parts
    const items = randomPublications(12)
    await publisher.publish(items)
    publisher.rotate()
    for (const item of items) await publisher.revise({ ...item, vote: 'dispute' })
    const votes = items.flatMap(({ record }) => heldVotes.get(digestOf(record))?.vote ?? [])
    assert.equal(votes.length, 12)
    const author = createAuthor()
    const signer = new FeedSigner({
      swarm: SWARM,
      current: {
        nextBase: undefined,
        values: 0,
        rotateIf: () => assert.fail('nothing is refused')
      },
      recordStore,
      runExclusive: (task) => admitter.runExclusive(task)
    })
    const values = votes.map((vote) => valuesOf(vote, false))
    const { count, entry } = await signer.signNext(author, values, {
      extra: (taken) => votes.slice(0, taken).map(({ digest }) => heldVotes.del(digest)),
      dropped: (taken) => votes.slice(0, taken)
    })
    assert.ok(!(entry instanceof Error))
    assert.ok(count > 0 && count < 12, `${count} of 12`)
    for (const [i, { digest }] of votes.entries()) {
      const standing = (await recordStore.get(digest))?.standing
      assert.equal(standing?.disputes, 1, `record ${i}`)
    }
    assert.equal(heldVotes.votes().length, 12 - count)
  })
})
