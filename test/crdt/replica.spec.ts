import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  clientIdOf,
  createAuthor,
  digestOf,
  encodeRecord,
  LimitError,
  openReplica,
  openStore,
  recordDigest,
  StoreError,
  writeEntry,
  writeProof
} from '../../crdt/index.ts'
import { toHex } from '../../crdt/bytes/index.ts'
import { MAX_ENTRY_BYTES, MAX_TAGS, MAX_UNPACKED_BYTES } from '../../crdt/constants.ts'
import { writeLogUpdate } from '../../crdt/records/knowledge-log.ts'
import { unpack } from '../../crdt/feeds/payload.ts'
import { forge, SWARM } from '../fixtures/forgery.ts'
import { publication, publications } from '../fixtures/publications.ts'
import { HandClock, contentOf, deliver, replicaOn, registersOf } from '../fixtures/replicas.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'
import { admitAll, chain, entry as entryOf } from '../fixtures/chains.ts'
import { failingDatabase } from '../fixtures/failing-database.ts'
import type { Replica } from '../../crdt/index.ts'
import type { Value } from '../../crdt/records/value.ts'

async function votes(replica: Replica, digest: Uint8Array): Promise<number> {
  return (await registersOf(replica, digest)).length
}

describe('a replica', () => {
  it('says the same after it was reopened', async () => {
    await using directory = await temporaryDirectory()
    let before: unknown
    {
      await using a = await replicaOn(directory.path)
      await a.replica.publish(publications(200))
      before = await contentOf(a.replica)
    }
    await using again = await replicaOn(directory.path)
    assert.deepEqual(await contentOf(again.replica), before)
  })

  it('never vouches twice, also not after a restart and under another author', async () => {
    await using directory = await temporaryDirectory()
    {
      await using a = await replicaOn(directory.path)
      assert.equal((await a.replica.publish([publication('x')])).records.length, 1)
      assert.equal((await a.replica.publish([publication('x')])).unchanged.length, 1)
    }
    await using again = await replicaOn(directory.path)
    const { unchanged, entries } = await again.replica.publish([publication(' x ')])
    assert.deepEqual([unchanged.length, entries.length], [1, 0])
  })

  it('adds a vote, and no copy, to what another author published', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const [digest = new Uint8Array()] = (await a.replica.publish([publication('x')])).records
    await deliver(a.replica, b.replica)
    const published = await b.replica.publish([publication('x', { confidence: 0.7 })])
    assert.deepEqual([published.records.length, published.votes.length], [0, 1])
    await deliver(b.replica, a.replica)
    assert.equal(await votes(a.replica, digest), 2)
    assert.deepEqual(await contentOf(a.replica), await contentOf(b.replica))
  })

  it('takes its vote back everywhere, under a later author, in any order of delivery', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const { records, entries } = await a.replica.publish([publication('x')])
    const [digest = new Uint8Array()] = records
    a.replica.rotateAuthor()
    const retraction = await a.replica.retract(digest)
    assert.ok(retraction !== undefined)
    assert.equal(a.replica.heads().length, 1)
    assert.equal(await votes(a.replica, digest), 0)
    assert.deepEqual(await b.replica.retractions.admit([retraction]), ['waits'])
    await deliver(a.replica, b.replica)
    assert.equal(await votes(b.replica, digest), 0)
    await using c = await replicaOn()
    for (const entry of entries) await c.replica.admit(writeEntry(entry))
    assert.equal(await votes(c.replica, digest), 1)
    await deliver(a.replica, c.replica)
    assert.equal(await votes(c.replica, digest), 0)
    assert.equal(await a.replica.retract(digest), undefined)
  })

  it('takes back no other vote than the one it was asked to', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const { records } = await a.replica.publish(publications(9))
    await deliver(a.replica, b.replica)
    await b.replica.publish(publications(9))
    await deliver(b.replica, a.replica)
    const [digest = new Uint8Array()] = records.slice(4)
    await a.replica.retract(digest)
    const counts = new Map<string, number>()
    for await (const { digest: name } of a.replica.attestedRecords()) {
      counts.set(toHex(name), await votes(a.replica, name))
    }
    assert.deepEqual(
      records.map((name) => counts.get(toHex(name))),
      [2, 2, 2, 2, 1, 2, 2, 2, 2]
    )
  })

  it('keeps a vote that somebody takes back without its secret', async () => {
    await using a = await replicaOn()
    const [digest = new Uint8Array()] = (await a.replica.publish([publication('x')])).records
    const author = createAuthor()
    const guess: Value = { type: 'retraction', digest, secret: randomBytes(16) }
    const update = writeLogUpdate(clientIdOf(SWARM, author.key), 0, [guess])
    const admission = await a.replica.admit(writeEntry(forge({ author, update })))
    assert.ok(admission.outcome === 'admitted')
    await admission.durable
    assert.equal(await votes(a.replica, digest), 1)
  })

  it('may vouch again for what it took back', async () => {
    await using a = await replicaOn()
    const [digest = new Uint8Array()] = (await a.replica.publish([publication('x')])).records
    await a.replica.retract(digest)
    assert.equal((await a.replica.publish([publication('x')])).votes.length, 1)
    assert.equal(await votes(a.replica, digest), 1)
  })

  it('splits what does not fit into one entry', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const noise = Array.from({ length: 40 }, () =>
      publication(randomBytes(12_000).toString('base64'))
    )
    const { entries, records } = await a.replica.publish(noise)
    assert.equal(records.length, 40)
    for (const entry of entries) assert.ok(writeEntry(entry).length <= MAX_ENTRY_BYTES)
    await deliver(a.replica, b.replica)
    assert.deepEqual(await contentOf(a.replica), await contentOf(b.replica))
  })

  it('splits what compresses well but unpacks to too much', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const tags = Array.from({ length: MAX_TAGS }, (_, i) => `${i}`.padEnd(64, 't'))
    const items = Array.from({ length: 1500 }, (_, i) => publication(`${i}`, { tags }))
    const { entries, records } = await a.replica.publish(items)
    assert.equal(records.length, 1500)
    for (const entry of entries) assert.ok(unpack(entry.payload).length <= MAX_UNPACKED_BYTES)
    await deliver(a.replica, b.replica)
    assert.deepEqual(await contentOf(a.replica), await contentOf(b.replica))
  })

  it('publishes nothing of a batch in which one item does not fit the format', async () => {
    await using a = await replicaOn()
    const batch = [publication('fine'), publication('x'.repeat(40_000))]
    await assert.rejects(a.replica.publish(batch), LimitError)
    assert.equal(a.replica.heads().length, 0)
  })

  it('publishes on after it was given numbers out of range', async () => {
    await using a = await replicaOn()
    const wrong = [
      { confidence: 1.001 },
      { confidence: -0.1 },
      { confidence: Number.NaN },
      { day: -1 },
      { day: 0.5 },
      { day: 1e9 },
      { validFrom: 0.5 },
      { validTo: 2 ** 52 }
    ]
    for (const numbers of wrong) {
      await assert.rejects(a.replica.publish([publication('x', numbers)]), (error) => {
        return error instanceof LimitError && error.code === 'NUMBER_INVALID'
      })
    }
    assert.deepEqual(a.replica.heads(), [])
    const bounds = { confidence: 1, day: 0, validFrom: -(2 ** 52 - 2), validTo: 2 ** 52 - 2 }
    const [digest = new Uint8Array()] = (await a.replica.publish([publication('x', bounds)]))
      .records
    const [register] = await registersOf(a.replica, digest)
    assert.partialDeepStrictEqual(register, bounds)
  })

  it('vouches once for what two calls publish at the same time', async () => {
    await using a = await replicaOn()
    const [first, second] = await Promise.all([
      a.replica.publish([publication('x')]),
      a.replica.publish([publication('x'), publication('y')])
    ])
    assert.deepEqual([first.records.length, first.unchanged.length], [1, 0])
    assert.deepEqual([second.records.length, second.unchanged.length], [1, 1])
  })

  it('serves whole feeds while it publishes', async () => {
    await using a = await replicaOn()
    // Calls of two kinds in turn share no entry.
    const publishing = publications(60).map(async (item, i) =>
      i % 2 === 0 ? a.replica.revise(item) : (await a.replica.publish([item])).entries
    )
    const served = publishing.map(async (published) => {
      const [entry] = await published
      assert.ok(entry !== undefined)
      return Array.fromAsync(a.replica.entriesAfter(entry.author, entry.seq - 1))
    })
    for (const entries of await Promise.all(served)) assert.ok(entries.length > 0)
    assert.deepEqual(
      a.replica.heads().map(({ seq }) => seq),
      [60]
    )
  })

  it('refuses a body that is not a record, and acknowledges the others once they are on disk', async () => {
    const { database, writes, failNext } = failingDatabase()
    await using a = await replicaOn(database)
    const kept = once(a.replica, 'body:store')
    const body = encodeRecord(publication('a body').record)
    failNext('records')
    await assert.rejects(a.replica.putBodies([body]), { code: 'STORE_WRITE_FAILED' })
    const digests = await a.replica.putBodies([Uint8Array.of(9, 9), body])
    assert.ok(writes.at(-1)?.sections.has('records'))
    assert.deepEqual(digests.map(toHex), [toHex(recordDigest(body))])
    assert.deepEqual(await kept, [digests])
  })

  it('tells peers after a restart also of records that came after its filter was saved', async () => {
    const store = await openStore()
    const bodies = publications(17_000).map(({ record }) => encodeRecord(record))
    {
      const replica = await openReplica({ store })
      await replica.putBodies(bodies.slice(0, 16_990))
      await replica.published.checkpoint()
      await replica.putBodies(bodies.slice(16_990))
    }
    const { published, elementOf } = await openReplica({ store })
    assert.ok(bodies.every((body) => published.has(elementOf(recordDigest(body)))))
    await store.close()
  })

  it('logs each record that is added and whose votes change, also by the proof of a fork', async () => {
    await using a = await replicaOn()
    const [first, second] = [createAuthor(), createAuthor()]
    const [one, two] = chain(first, ['one', 'two'])
    assert.ok(one !== undefined && two !== undefined)
    const logged = async (from: number): Promise<string[]> => {
      const parts = await Array.fromAsync(a.replica.recordLog(from))
      return parts.flatMap(({ digests }) => digests.map(toHex)).toSorted()
    }
    const idsOf = (...contents: string[]): string[] =>
      contents.map((content) => toHex(digestOf(publication(content).record))).toSorted()
    await admitAll(a.replica, [one, two])
    assert.deepEqual(await logged(0), idsOf('one', 'two'))
    const voted = a.replica.recordLogEnd
    await admitAll(a.replica, [entryOf(second, undefined, 'one', { body: false })])
    assert.deepEqual(await logged(voted), idsOf('one'))
    const voided = a.replica.recordLogEnd
    const proof = writeProof([two, entryOf(first, one, 'another two')])
    assert.equal(await a.replica.admitProof(proof), 'admitted')
    await a.replica.whenCompacted()
    assert.deepEqual(await logged(voided), idsOf('two'))
    const own = await a.replica.publish([publication('mine')])
    const published = a.replica.recordLogEnd
    await a.replica.retract(own.records[0] ?? new Uint8Array())
    assert.deepEqual(await logged(published), idsOf('mine'))
  })

  it('belongs to one swarm', async () => {
    await using directory = await temporaryDirectory()
    {
      await using a = await replicaOn(directory.path, 'red')
      await a.replica.publish([publication('x')])
    }
    await assert.rejects(replicaOn(directory.path, 'blue'), (error) => {
      return error instanceof StoreError && error.code === 'STORE_SWARM'
    })
  })

  it('says something else of a record under a later author, once, and after compaction', async () => {
    const clock = new HandClock()
    await using a = await replicaOn(undefined, undefined, clock)
    await using b = await replicaOn()
    const said = publication('a goal', { tags: ['status:open'] })
    const [first] = await a.replica.revise(said)
    assert.ok(first !== undefined)
    for (const tag of ['status:active', 'status:achieved', 'status:achieved']) {
      a.replica.rotateAuthor()
      await a.replica.revise({ ...said, tags: [tag] })
      await a.replica.publishHeld()
      clock.pass()
      await a.replica.publishHeld()
    }
    await a.replica.revise({ ...said, tags: ['status:active'] })
    await a.replica.compact()
    await a.replica.whenCompacted()
    for (const { author } of a.replica.heads()) {
      const checkpoint = await a.replica.checkpointOf(author)
      if (checkpoint !== undefined) await b.replica.admitHeader(checkpoint)
    }
    await deliver(a.replica, b.replica)
    for (const { replica } of [a, b]) {
      const [state, ...others] = await Array.fromAsync(replica.attestedRecords())
      assert.deepEqual(others, [])
      assert.deepEqual(state?.standing.tags, [['status:active', 1]])
    }
    assert.deepEqual((await a.replica.ownRegister(digestOf(said.record)))?.tags, ['status:active'])
    assert.equal(await b.replica.ownRegister(digestOf(said.record)), undefined)
  })
})
