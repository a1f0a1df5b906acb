import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { createAuthor, digestOf, openReplica, openStore, writeEntry } from '../../../crdt/index.ts'
import { commitmentOf, retractionId } from '../../../crdt/records/retraction.ts'
import { RetractionSet } from '../../../crdt/records/retraction-set.ts'
import { Drafts } from '../../../crdt/store/drafts.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import {
  MAX_WAITING_RETRACTIONS,
  MAX_WAITING_RETRACTIONS_PER_SOURCE
} from '../../../crdt/constants.ts'
import { preparePublication, valuesOf } from '../../../crdt/publishing/publication.ts'
import { countingStore } from '../../fixtures/counting-store.ts'
import { forge } from '../../fixtures/forgery.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { contentOf, deliver, replicaOn, threeReplicas } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Replica, Retraction } from '../../../crdt/index.ts'

function forged(digest: Uint8Array = new Uint8Array(randomBytes(32))): Retraction {
  return { digest, secret: new Uint8Array(randomBytes(16)) }
}

/** Gives `to` all of `from`, as syncs do: checkpoints and proofs first. */
async function sync(from: Replica, to: Replica): Promise<void> {
  for (const { author } of from.heads()) {
    const proof = await from.proofOf(author)
    if (proof !== undefined) await to.admitProof(proof)
    const checkpoint = await from.checkpointOf(author)
    if (checkpoint !== undefined) await to.admitHeader(checkpoint)
    // Where both have another entry at one place, it is a fork.
    const header = await from.headerAt(author, to.headOf(author).seq)
    if (header !== undefined) await to.admitHeader(header)
  }
  await deliver(from, to)
  await to.whenCompacted()
  // A body that came with a removed register only is fetched by its digest.
  const bodies = await from.bodies(await to.missingBodies(10))
  await to.putBodies(bodies.filter((body) => body !== undefined))
}

describe('the set of retractions', () => {
  it('is what is put and not deleted, also what comes again, and what is not damaged', async () => {
    const store = await openStore()
    const drafts = new Drafts(store)
    const set = new RetractionSet(store, drafts)
    const commit = async (): Promise<void> => {
      const { operations, landed } = drafts.take()
      await store.commit(operations)
      landed()
    }
    const [one, two] = [forged(), forged()]
    const id = retractionId(one)
    const empty = toHex(set.digest())
    const withOne = toHex(set.digestWith([one]))
    assert.notEqual(withOne, empty)
    assert.deepEqual([set.has(id), set.size, toHex(set.digest())], [false, 0, empty])
    for (let i = 0; i < 2; i++) {
      set.put(one)
      await commit()
      assert.deepEqual([set.has(id), set.size, toHex(set.digest())], [true, 1, withOne])
      const got = await set.get([id, retractionId(two)])
      assert.deepEqual(
        got.map((each) => toHex(retractionId(each))),
        [toHex(id)]
      )
      set.del(one.digest, commitmentOf(one))
      await commit()
      assert.deepEqual([set.has(id), set.size, toHex(set.digest())], [false, 0, empty])
    }
    set.put(one)
    await commit()
    await store.commit([store.section('retraction-set').put(id, new Uint8Array(3))])
    assert.deepEqual(await set.get([id]), [])
    assert.deepEqual([set.has(id), toHex(set.digest())], [false, empty], 'peers send it again')
    await store.close()
  })
})

describe('retractions without an author', () => {
  it('are the same set everywhere, whatever order, loss and repetition they arrive in', async function () {
    this.timeout(60_000)
    const what = fc.constantFrom(
      'vote',
      'vote',
      'revise',
      'retract',
      'rotate',
      'compact',
      'equivocate'
    )
    const action = fc.tuple(what, fc.nat(2), fc.nat(3))
    const deliveries = fc.array(fc.tuple(fc.nat(), fc.nat(2)), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 4, maxLength: 24 }),
        deliveries,
        async (actions, delivered) => {
          await using stack = new AsyncDisposableStack()
          const { replicas, clock } = await threeReplicas(stack)
          const liar = createAuthor()
          const wire: (Retraction | Uint8Array)[] = []
          for (const [kind, who, which] of actions) {
            const replica = replicas[who]
            if (replica === undefined) continue
            const item = publication(`about ${which}`)
            const entries =
              kind === 'vote'
                ? (await replica.publish([item])).entries
                : kind === 'revise'
                  ? await replica.revise({ ...item, vote: 'dispute' })
                  : kind === 'compact'
                    ? await replica.compact()
                    : []
            wire.push(...entries.map(writeEntry))
            if (kind === 'rotate') replica.rotateAuthor()
            if (kind === 'retract') {
              const retraction = await replica.retract(digestOf(item.record))
              if (retraction !== undefined) wire.push(retraction)
            }
            if (kind === 'equivocate') {
              // Of two registers that cannot both be in one feed, and their retraction.
              const prepared = preparePublication(item)
              const values = valuesOf(prepared, false)
              wire.push(writeEntry(forge({ author: liar, values })))
              wire.push({ digest: prepared.digest, secret: prepared.secret })
            }
            clock.pass()
            wire.push(...(await replica.publishHeld()).map(writeEntry))
          }
          for (const [number, to] of delivered) {
            const sent = wire[number % Math.max(1, wire.length)]
            if (sent instanceof Uint8Array) await replicas[to]?.admit(sent)
            else if (sent !== undefined) await replicas[to]?.retractions.admit([sent])
          }
          // Retractions of other authors leave, then votes that wait for theirs.
          for (let round = 0; round < 3; round++) {
            for (const replica of replicas) await replica.publishHeld()
            clock.pass()
          }
          for (let round = 0; round < 2; round++) {
            for (const from of replicas) for (const to of replicas) await sync(from, to)
          }
          const [first, ...others] = await Promise.all(
            replicas.map(async (replica) => [
              await contentOf(replica),
              toHex(replica.retractions.digest()),
              replica.retractions.size
            ])
          )
          for (const other of others) assert.deepEqual(other, first)
        }
      ),
      { numRuns: 60 }
    )
  })

  it('count when their register comes, also one that a later register has replaced', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const author = createAuthor()
    const [first, second] = [0.5, 0.9].map((confidence) =>
      preparePublication(publication('x', { confidence }))
    )
    assert.ok(first !== undefined && second !== undefined)
    const one = forge({ author, values: valuesOf(first, false) })
    const two = forge({ author, seq: 2, prev: one.hash, clock: 2, values: valuesOf(second, true) })
    const { digest } = first
    const older = { digest, secret: first.secret }
    assert.deepEqual(await a.replica.retractions.admit([older], 'peer'), ['waits'])
    assert.equal(a.replica.retractions.size, 0)
    for (const entry of [one, two]) await a.replica.admit(writeEntry(entry))
    for (const entry of [one, two]) await b.replica.admit(writeEntry(entry))
    assert.deepEqual(await b.replica.retractions.admit([older, older]), ['admitted', 'admitted'])
    assert.deepEqual(await b.replica.retractions.admit([older]), ['held'])
    for (const { replica } of [a, b]) {
      assert.equal(replica.retractions.size, 1)
      // The later register counts.
      assert.equal((await replica.get(digest))?.standing.vouches, 1)
      const latest: Retraction = { digest, secret: second.secret }
      assert.deepEqual(await replica.retractions.admit([latest]), ['admitted'])
      assert.equal(await replica.get(digest), undefined)
    }
    assert.deepEqual(a.replica.retractions.digest(), b.replica.retractions.digest())
  })

  it('go with the last register that they open', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const { records } = await a.replica.publish(publications(20))
    for (const digest of records.slice(5)) await a.replica.retract(digest)
    await sync(a.replica, b.replica)
    assert.deepEqual([a.replica.retractions.size, b.replica.retractions.size], [15, 15])
    await a.replica.compact()
    await a.replica.whenCompacted()
    await sync(a.replica, b.replica)
    assert.deepEqual([a.replica.retractions.size, b.replica.retractions.size], [0, 0])
    assert.deepEqual(await contentOf(b.replica), await contentOf(a.replica))
  })

  it('that are forged cost bounded memory, and stop no honest one', async function () {
    this.timeout(60_000)
    await using a = await replicaOn()
    await using b = await replicaOn()
    const { records } = await a.replica.publish(publications(60))
    const honest: Retraction[] = []
    for (const digest of records) {
      const retraction = await a.replica.retract(digest)
      if (retraction !== undefined) honest.push(retraction)
    }
    // Half of the honest ones come before their registers.
    await b.replica.retractions.admit(honest.slice(0, 30), 'honest')
    const results = new Map<string, number>()
    for (let sent = 0; sent < 100_000; sent += 500) {
      const lies = Array.from({ length: 500 }, (_, i) => forged(records[i % records.length]))
      for (const result of await b.replica.retractions.admit(lies, 'liar')) {
        results.set(result, (results.get(result) ?? 0) + 1)
      }
      if (sent === 50_000) {
        for (const { author } of a.replica.heads()) {
          for await (const bytes of a.replica.entriesAfter(author, 0)) await b.replica.admit(bytes)
        }
        assert.deepEqual(b.replica.retractions.size, 30)
      }
    }
    assert.deepEqual([...results], [['waits', 100_000]])
    assert.equal(b.replica.retractions.waitingSize, MAX_WAITING_RETRACTIONS_PER_SOURCE)
    const rest = await b.replica.retractions.admit(honest.slice(30), 'honest')
    assert.deepEqual(new Set(rest), new Set(['admitted']))
    assert.deepEqual(b.replica.digest(), a.replica.digest())
    // Of any number of sources the latest wait.
    for (let source = 0; source < 50; source++) {
      const lies = Array.from({ length: 300 }, () => forged())
      await b.replica.retractions.admit(lies, `liar ${source}`)
    }
    assert.equal(b.replica.retractions.waitingSize, MAX_WAITING_RETRACTIONS)
  })

  it('are checked at a cost that does not grow with what is said of their record', async () => {
    const costs: unknown[] = []
    for (const count of [20, 400]) {
      const { store, counts } = await countingStore()
      const replica = await openReplica({ store })
      const author = createAuthor()
      let before = forge({ author, values: valuesOf(preparePublication(publication('x')), false) })
      await replica.admit(writeEntry(before))
      for (let i = 0; i < count; i++) {
        const values = valuesOf(preparePublication(publication('x')), true)
        await replica.admit(writeEntry(forge({ values })))
        const clock = i === 0 ? 2 : i + 2
        before = forge({ author, seq: i + 2, prev: before.hash, clock, values })
        const admission = await replica.admit(writeEntry(before))
        assert.ok(admission.outcome === 'admitted')
        await admission.durable
      }
      const digest = digestOf(publication('x').record)
      counts.gets = 0
      counts.ranges = 0
      assert.deepEqual(await replica.retractions.admit([forged(digest)], 'liar'), ['waits'])
      costs.push([counts.gets, counts.ranges])
      await store.close()
    }
    assert.deepEqual(costs[1], costs[0])
    assert.deepEqual(costs[0], [1, 2])
  })

  it('cost no range and no write where they open nothing, and nothing at all once they wait', async () => {
    const { store, counts } = await countingStore()
    const replica = await openReplica({ store })
    const { records } = await replica.publish(publications(40))
    const lies = [
      ...records.map((digest) => forged(digest)),
      ...Array.from({ length: 40 }, () => forged())
    ]
    replica.digest()
    counts.gets = 0
    counts.ranges = 0
    counts.commits = []
    await replica.retractions.admit(lies, 'liar')
    assert.deepEqual([counts.gets, counts.ranges, counts.commits], [80, 0, [0]])
    await replica.retractions.admit(lies, 'liar')
    assert.equal(counts.gets, 80)
    await store.close()
  })

  it('are there after a restart, and after standings are computed again', async () => {
    await using directory = await temporaryDirectory()
    let before: unknown
    {
      await using node = await replicaOn(directory.path)
      const { records } = await node.replica.publish(publications(30))
      for (const digest of records.slice(0, 10)) await node.replica.retract(digest)
      before = await contentOf(node.replica)
    }
    {
      await using node = await replicaOn(directory.path)
      assert.equal(node.replica.retractions.size, 10)
      assert.deepEqual(await contentOf(node.replica), before)
      const { store } = node
      for (const name of ['standings', 'older-commitments', 'withdrawals']) {
        const section = store.section(name)
        for await (const [key] of section.entries()) await store.commit([section.del(key)])
      }
      const rebuild = Buffer.from('standings-rebuild')
      await store.commit([store.section('meta').put(rebuild, new Uint8Array())])
    }
    await using node = await replicaOn(directory.path)
    assert.deepEqual(await contentOf(node.replica), before)
    assert.equal(node.replica.retractions.size, 10)
  })
})
