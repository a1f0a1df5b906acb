import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { createAuthor, digestOf, readEntry, writeEntry } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { admitAll, chain, entry, reconcile } from '../../fixtures/chains.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { contentOf, replicaOn, sync } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Author, Entry, Replica } from '../../../crdt/index.ts'
import type { TestReplica } from '../../fixtures/replicas.ts'

/** What a peer says that knows only this replica. */
async function toldBy(replica: Replica, peer: Replica): Promise<unknown> {
  await sync(replica, peer)
  // A body that came with a retracted vote only is removed by compaction: it is fetched by digest.
  const bodies = await replica.bodies(await peer.missingBodies(10))
  await peer.putBodies(bodies.filter((body) => body !== undefined))
  return said(peer)
}

/** What of a replica's content does not depend on where in its feed it was said. */
async function said(replica: Replica): Promise<unknown> {
  return (await contentOf(replica))[2]
}

/** What is said of each record, as text. */
function byDigest(records: unknown): Map<string, string> {
  assert.ok(Array.isArray(records))
  return new Map(records.map((each) => [String(each.digest), inspect(each, { depth: 9 })]))
}

async function keysOf({ store }: TestReplica, section: string): Promise<number> {
  let count = 0
  for await (const _ of store.section(section).entries()) count += 1
  return count
}

/** A replica with much that no longer counts: votes taken back, evidence replaced. */
async function worn(node: TestReplica): Promise<Uint8Array> {
  const { replica } = node
  const { records } = await replica.publish(publications(40))
  for (const digest of records.slice(0, 30)) await replica.retract(digest)
  for (let day = 0; day < 10; day++) {
    for (const digest of records.slice(28, 33)) await replica.addEvidence(digest, { uses: 1 })
    await replica.publishEvidence(20_000 + day)
  }
  const [head] = replica.heads()
  assert.ok(head !== undefined)
  return head.author
}

describe('compaction', () => {
  it('keeps what counts, and removes the rest from disk', async () => {
    await using node = await replicaOn()
    const author = await worn(node)
    const before = await said(node.replica)
    const { seq } = node.replica.headOf(author)
    const entries = await node.replica.compact()
    await node.replica.whenCompacted()
    assert.deepEqual(await said(node.replica), before)
    assert.equal(entries.length, 1)
    assert.equal(node.replica.headOf(author).base, seq + 1)
    assert.equal(await keysOf(node, 'entries'), 1)
    // Ten that still stand, and two retracted ones with evidence.
    assert.equal(await keysOf(node, 'standings'), 12)
    assert.equal(await keysOf(node, 'older-votes'), 0)
    assert.equal(await keysOf(node, 'records'), 12)
    assert.equal(await keysOf(node, 'withdrawals'), 0)
    assert.equal(await keysOf(node, 'unswept'), 0)
  })

  it('is followed by a replica that has all, one that has half and one that has nothing', async () => {
    await using node = await replicaOn()
    await using all = await replicaOn()
    await using half = await replicaOn()
    await using none = await replicaOn()
    await node.replica.publish(publications(10))
    await sync(node.replica, half.replica)
    const author = await worn(node)
    await sync(node.replica, all.replica)
    await node.replica.compact()
    await node.replica.publish([publication('after it')])
    for (const { replica } of [all, half, none]) {
      await sync(node.replica, replica)
      assert.deepEqual(await contentOf(replica), await contentOf(node.replica))
    }
    for (const each of [all, half, none]) assert.equal(await keysOf(each, 'entries'), 2)
    // Those who have it from others serve it on.
    await using last = await replicaOn()
    await sync(none.replica, last.replica)
    assert.deepEqual(await contentOf(last.replica), await contentOf(node.replica))
    assert.equal(last.replica.headOf(author).base, node.replica.headOf(author).base)
  })

  it('can be repeated, with publications in between', async () => {
    await using node = await replicaOn()
    await using peer = await replicaOn()
    for (let round = 0; round < 4; round++) {
      await worn(node)
      await Promise.all([
        node.replica.compact(),
        node.replica.publish([publication(`meanwhile ${round}`)])
      ])
      await sync(node.replica, peer.replica)
    }
    await node.replica.whenCompacted()
    assert.deepEqual(await contentOf(peer.replica), await contentOf(node.replica))
    const contents = (await Array.fromAsync(peer.replica.attestedRecords())).map(
      (s) => s.record.content
    )
    for (let i = 0; i < 4; i++) assert.ok(contents.includes(`meanwhile ${i}`))
  })

  it('keeps the retraction of a vote that was cast under an earlier key', async () => {
    await using node = await replicaOn()
    const { records } = await node.replica.publish(publications(2))
    node.replica.rotateAuthor()
    await node.replica.retract(records[0] ?? new Uint8Array())
    await node.replica.compact()
    await node.replica.whenCompacted()
    await using peer = await replicaOn()
    await sync(node.replica, peer.replica)
    for (const { replica } of [node, peer]) {
      assert.equal((await Array.fromAsync(replica.attestedRecords())).length, 1)
    }
  })

  it('says something where nothing counts any longer', async () => {
    await using node = await replicaOn()
    const { records } = await node.replica.publish(publications(3))
    for (const digest of records) await node.replica.retract(digest)
    assert.equal((await node.replica.compact()).length, 1)
    await node.replica.whenCompacted()
    assert.deepEqual(await said(node.replica), [])
    assert.equal(await keysOf(node, 'entries'), 1)
    assert.equal(await keysOf(node, 'records'), 0)
  })

  it('takes no vote back, and leaves bodies that others vouch for', async () => {
    await using a = await replicaOn()
    await using b = await replicaOn()
    const { records } = await a.replica.publish(publications(3))
    await sync(a.replica, b.replica)
    await b.replica.publish(publications(3))
    await sync(b.replica, a.replica)
    for (const digest of records) await a.replica.retract(digest)
    await a.replica.compact()
    await a.replica.whenCompacted()
    await sync(a.replica, b.replica)
    for (const { replica } of [a, b]) {
      const states = await Array.fromAsync(replica.attestedRecords())
      assert.deepEqual(
        states.map(({ standing }) => standing.vouches),
        [1, 1, 1]
      )
    }
  })

  it('changes nothing of what any mix of votes, retractions and evidence says', async () => {
    const action = fc.tuple(fc.constantFrom('vote', 'retract', 'evidence', 'rotate'), fc.nat(5))
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 30 }), async (actions) => {
        await using node = await replicaOn()
        await using peer = await replicaOn()
        await using earlier = await replicaOn()
        const { replica } = node
        for (const [what, which] of actions) {
          const digest = digestOf(publication(`about ${which}`).record)
          if (what === 'vote') await replica.publish([publication(`about ${which}`)])
          if (what === 'retract') await replica.retract(digest)
          if (what === 'rotate' && which === 0) replica.rotateAuthor()
          if (what === 'evidence') {
            await replica.addEvidence(digest, { uses: 1 })
            await replica.publishEvidence(20_000)
          }
        }
        const before = await said(replica)
        // A vote of another author than the retracted one waits, so peers may know less.
        const known = await toldBy(replica, earlier.replica)
        await replica.compact()
        await replica.whenCompacted()
        assert.deepEqual(await said(replica), before)
        // A retraction that waits is not told; compaction leaves out the vote that it takes back.
        const [own, told] = [byDigest(before), byDigest(known)]
        const later = byDigest(await toldBy(replica, peer.replica))
        for (const digest of new Set([...told.keys(), ...later.keys()])) {
          const may = [told.get(digest), own.get(digest)]
          assert.ok(may.includes(later.get(digest)), later.get(digest))
        }
      }),
      {
        numRuns: 100,
        examples: [
          [
            [
              ['vote', 0],
              ['retract', 0],
              ['rotate', 0],
              ['vote', 2],
              ['retract', 2]
            ]
          ],
          [
            [
              ['evidence', 1],
              ['rotate', 0],
              ['vote', 1],
              ['retract', 1]
            ]
          ],
          [
            [
              ['vote', 0],
              ['retract', 0],
              ['rotate', 0],
              ['vote', 0]
            ]
          ]
        ]
      }
    )
  })

  it('is due when half of what was said no longer counts', async () => {
    await using node = await replicaOn()
    const { records } = await node.replica.publish(publications(1_500))
    assert.equal(node.replica.isCompactionDue, false)
    for (const digest of records.slice(0, 1_100)) await node.replica.retract(digest)
    assert.equal(node.replica.isCompactionDue, true)
    await node.replica.compact()
    assert.equal(node.replica.isCompactionDue, false)
    assert.equal((await Array.fromAsync(node.replica.attestedRecords())).length, 400)
  })

  it('is gone on with after a crash', async () => {
    await using directory = await temporaryDirectory()
    let author = new Uint8Array()
    let before: unknown
    {
      await using node = await replicaOn(directory.path)
      author = new Uint8Array(await worn(node))
      before = await said(node.replica)
      await node.replica.compact()
      // The store closes before what no longer counts is gone.
    }
    await using node = await replicaOn(directory.path)
    await node.replica.whenCompacted()
    assert.deepEqual(await said(node.replica), before)
    assert.equal(await keysOf(node, 'entries'), 1)
    assert.equal(node.replica.headOf(author).base, node.replica.headOf(author).seq)
  })

  it('is left alone where the feed is damaged', async () => {
    await using node = await replicaOn()
    const author = await worn(node)
    const entries = node.store.section('entries')
    for await (const [key] of entries.entries({ limit: 1 })) {
      await node.store.commit([{ type: 'put', key: keyIn('entries', key), value: Buffer.of(1) }])
    }
    await node.replica.compact()
    assert.equal(node.replica.headOf(author).base, 1)
  })
})

describe('a feed with a raised base', () => {
  it('takes any first entry from its base on, and nothing before it', async () => {
    const author = createAuthor()
    const [one, two, three] = chain(author, ['one', 'two', 'three'])
    assert.ok(one !== undefined && two !== undefined && three !== undefined)
    const four = entry(author, three, 'four', { base: 3 })
    await using node = await replicaOn()
    assert.equal(await node.replica.admitHeader(four), 'admitted')
    assert.equal((await node.replica.admit(writeEntry(one))).outcome, 'held')
    assert.equal((await node.replica.admit(writeEntry(four))).outcome, 'gap')
    await admitAll(node.replica, [three, four])
    const contents = (await Array.fromAsync(node.replica.attestedRecords())).map(
      (s) => s.record.content
    )
    assert.deepEqual(contents.toSorted(), ['four', 'three'])
  })

  it('begins where its author signed, and on nobody else’s word', async () => {
    const author = createAuthor()
    const [one, two] = chain(author, ['one', 'two'])
    assert.ok(one !== undefined && two !== undefined)
    const three = entry(author, two, 'three', { base: 3 })
    await using node = await replicaOn()
    await admitAll(node.replica, [one, two])
    const forged = { ...three, signature: new Uint8Array(64) }
    assert.equal(await node.replica.admitHeader(forged), 'rejected')
    assert.equal(node.replica.headOf(author.key).base, 1)
  })

  it('cannot begin behind the entry that says so', () => {
    const author = createAuthor()
    const bad = entry(author, undefined, 'one', { base: 2 })
    assert.throws(() => readEntry(writeEntry(bad)))
  })

  it('is the same on all replicas, in whatever order entries, checkpoints and forks arrive', async () => {
    const steps = fc.array(
      fc.tuple(fc.nat(5), fc.nat(6), fc.integer({ min: 1, max: 3 }), fc.nat()),
      {
        minLength: 1,
        maxLength: 5
      }
    )
    const picks = fc.array(fc.tuple(fc.nat(), fc.nat(8), fc.boolean(), fc.boolean()), {
      maxLength: 40
    })
    await fc.assert(
      fc.asyncProperty(steps, picks, async (shape, deliveries) => {
        const author = createAuthor()
        const all = branchesOf(author, shape)
        await using a = await replicaOn()
        await using b = await replicaOn()
        for (const [pick, from, toA, headerOnly] of deliveries) {
          const branch = all[pick % all.length] ?? []
          const { replica } = toA ? a : b
          if (!headerOnly) await admitAll(replica, branch.slice(from % (branch.length + 1)))
          const header = branch[from % Math.max(1, branch.length)]
          if (headerOnly && header !== undefined) await replica.admitHeader(header)
        }
        await reconcile(a.replica, b.replica, author.key)
        await Promise.all([a.replica.whenCompacted(), b.replica.whenCompacted()])
        for (const [x, y] of [
          [a, b],
          [b, a]
        ] as const) {
          const bodies = await x.replica.bodies(await y.replica.missingBodies(99))
          await y.replica.putBodies(bodies.filter((body) => body !== undefined))
        }
        assert.deepEqual(await contentOf(a.replica), await contentOf(b.replica))
        assert.equal(toHex(a.replica.digest()), toHex(b.replica.digest()))
      }),
      { numRuns: 200 }
    )
  })
})

/** A feed and forks of it, some entries of which name a base. */
function branchesOf(
  author: Author,
  shape: readonly (readonly [number, number, number, number])[]
): Entry[][] {
  const all = [chain(author, ['a1', 'a2', 'a3'])]
  for (const [i, [from, at, length, bases]] of shape.entries()) {
    const parent = all[from % all.length] ?? []
    const branch = parent.slice(0, at % (parent.length + 1))
    for (let j = 0; j < length; j++) {
      const seq = branch.length + 1
      const base = (bases >> j) % 2 === 0 ? 1 : 1 + (bases % seq)
      branch.push(entry(author, branch.at(-1), `b${i} ${j}`, { base }))
    }
    all.push(branch)
  }
  return all
}

function keyIn(section: string, key: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`!${section}!`), key])
}
