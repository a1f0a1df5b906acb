import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fc from 'fast-check'
import { createAuthor, readProof, writeEntry, writeProof } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { admitAll, chain, entry, reconcile } from '../../fixtures/chains.ts'
import { forge, unsigned } from '../../fixtures/forgery.ts'
import { publication } from '../../fixtures/publications.ts'
import { contentOf, replicaOn } from '../../fixtures/replicas.ts'
import type { Replica } from '../../../crdt/index.ts'

async function visible(replica: Replica): Promise<string[]> {
  const states = await Array.fromAsync(replica.attestedRecords())
  return states.map(({ record }) => record.content).toSorted()
}

describe('an author who signs two entries for one place', () => {
  it('is void from there on: votes before it stand, votes from it on do not', async () => {
    const author = createAuthor()
    const [first, second, third] = chain(author, ['one', 'two', 'three'])
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    await using node = await replicaOn()
    await admitAll(node.replica, [first, second, third])
    const proven = once(node.replica, 'author:void')
    const other = entry(author, first, 'another two')
    assert.deepEqual(await node.replica.admit(writeEntry(other)), {
      outcome: 'rejected',
      reason: 'fork',
      isOffence: false
    })
    const [proof] = await proven
    assert.ok(proof instanceof Uint8Array)
    assert.equal(readProof(proof)[0].seq, 2)
    assert.deepEqual(await visible(node.replica), ['one'])
    const { seq, fork, head } = node.replica.headOf(author.key)
    assert.deepEqual([seq, fork, toHex(head)], [1, 2, toHex(first.hash)])
    for (const late of [second, third, other]) {
      const admission = await node.replica.admit(writeEntry(late))
      assert.deepEqual(admission, { outcome: 'rejected', reason: 'void', isOffence: false })
    }
    assert.deepEqual(await Array.fromAsync(node.replica.entriesAfter(author.key, 1)), [])
  })

  it('falls back to the vote it cast before the fork', async () => {
    const author = createAuthor()
    const first = entry(author, undefined, 'one')
    const again = entry(author, first, 'one', { body: false })
    await using node = await replicaOn()
    await admitAll(node.replica, [first, again])
    await node.replica.admit(writeEntry(entry(author, first, 'two')))
    assert.deepEqual(await visible(node.replica), ['one'])
  })

  it('takes nothing from an honest author who votes for a body of the void branch', async () => {
    const liar = createAuthor()
    const first = entry(liar, undefined, 'one')
    const second = entry(liar, first, 'a body worth keeping')
    await using a = await replicaOn()
    await admitAll(a.replica, [first, second])
    const { votes } = await a.replica.publish([publication('a body worth keeping')])
    assert.equal(votes.length, 1)
    const rival = entry(liar, first, 'two')
    await a.replica.admit(writeEntry(rival))
    assert.deepEqual(await visible(a.replica), ['a body worth keeping', 'one'])

    // A replica that only ever saw the other branch has the vote and lacks the body.
    await using b = await replicaOn()
    await admitAll(b.replica, [first, rival, second])
    for (const { author } of a.replica.heads()) {
      for await (const bytes of a.replica.entriesAfter(author, b.replica.headOf(author).seq)) {
        await b.replica.admit(bytes)
      }
    }
    assert.equal(toHex(a.replica.digest()), toHex(b.replica.digest()))
    assert.deepEqual(await visible(b.replica), ['one'])
    const missing = await b.replica.missingBodies(10)
    assert.deepEqual(missing.map(toHex), votes.map(toHex))
    const bodies = (await a.replica.bodies(missing)).filter((body) => body !== undefined)
    await b.replica.putBodies([Buffer.from('no record'), ...bodies])
    assert.deepEqual(await contentOf(b.replica), await contentOf(a.replica))
    assert.deepEqual(await b.replica.missingBodies(10), [])
  })

  it('is void after a restart too', async () => {
    const author = createAuthor()
    const first = entry(author, undefined, 'one')
    const store = await replicaOn()
    await admitAll(store.replica, [first])
    await store.replica.admit(writeEntry(entry(author, undefined, 'other one')))
    await store.replica.load()
    assert.equal(store.replica.headOf(author.key).fork, 1)
    assert.deepEqual(await visible(store.replica), [])
    await store[Symbol.asyncDispose]()
  })

  it('is proven by an ill-formed entry and a good one for the same place', async () => {
    const author = createAuthor()
    const ill = forge({ author, update: randomBytes(50) })
    const good = entry(author, undefined, 'one')
    await using a = await replicaOn()
    await a.replica.admit(writeEntry(ill))
    await a.replica.admit(writeEntry(good))
    await using b = await replicaOn()
    await b.replica.admit(writeEntry(good))
    await b.replica.admit(writeEntry(ill))
    assert.equal(a.replica.headOf(author.key).fork, 1)
    assert.deepEqual(await contentOf(a.replica), await contentOf(b.replica))
  })

  it('is not who somebody else says it is: what is not signed by it voids nobody', async () => {
    const author = createAuthor()
    const first = entry(author, undefined, 'one')
    await using node = await replicaOn()
    await admitAll(node.replica, [first])
    const before = await contentOf(node.replica)
    const rival = entry(author, undefined, 'two')
    const badly = { ...rival, signature: new Uint8Array(64) }
    assert.equal((await node.replica.admit(unsigned(rival))).outcome, 'rejected')
    assert.equal(await node.replica.admitHeader(badly), 'rejected')
    assert.equal(await node.replica.admitProof(writeProof([first, badly])), 'rejected')
    assert.equal(await node.replica.admitProof(writeProof([first, first])), 'rejected')
    const stranger = forge({ author: createAuthor() })
    assert.equal(await node.replica.admitProof(writeProof([first, stranger])), 'rejected')
    assert.equal(await node.replica.admitProof(randomBytes(300)), 'rejected')
    assert.deepEqual(await contentOf(node.replica), before)
  })

  it('is void for who hears of the proof first and of the entries later', async () => {
    const author = createAuthor()
    const [first, second, third] = chain(author, ['one', 'two', 'three'])
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    const rival = entry(author, second, 'another three')
    await using a = await replicaOn()
    await using b = await replicaOn()
    await admitAll(a.replica, [first, second, third, rival])
    assert.equal(await b.replica.admitProof(writeProof([third, rival])), 'admitted')
    await admitAll(b.replica, [first, second, third])
    assert.equal(await b.replica.admitProof(writeProof([rival, third])), 'held')
    assert.deepEqual(await contentOf(a.replica), await contentOf(b.replica))
  })

  it('ends the same on replicas that saw other branches, in any order', async function () {
    this.timeout(60_000)
    /** Branches: each begins at a place of an earlier one and goes on for a while. */
    const branches = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 5 })), {
      minLength: 1,
      maxLength: 4
    })
    const picks = fc.array(fc.tuple(fc.nat(), fc.boolean()), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(branches, picks, async (shape, deliveries) => {
        const author = createAuthor()
        const all = [chain(author, ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'])]
        for (const [i, [from, at, length]] of shape.entries()) {
          const parent = all[from % all.length] ?? []
          const prefix = parent.slice(0, at % (parent.length + 1))
          const contents = Array.from({ length }, (_, j) => `b${i} ${j}`)
          all.push([...prefix, ...chain(author, contents, prefix.at(-1))])
        }
        await using a = await replicaOn()
        await using b = await replicaOn()
        for (const [pick, toA] of deliveries) {
          await admitAll(toA ? a.replica : b.replica, all[pick % all.length] ?? [])
        }
        await reconcile(a.replica, b.replica, author.key)
        const bodies = await a.replica.bodies(await b.replica.missingBodies(99))
        await b.replica.putBodies(bodies.filter((body) => body !== undefined))
        assert.deepEqual(await contentOf(a.replica), await contentOf(b.replica))
      }),
      { numRuns: 100 }
    )
  })
})
