import assert from 'node:assert/strict'
import { openReplica, openStore, writeEntry } from '../../../crdt/index.ts'
import { publication, publications } from '../../fixtures/publications.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Replica } from '../../../crdt/index.ts'

const facts = ['one', 'two', 'three'].map((text) => publication(text))

describe('a replica that is read again from disk', () => {
  it('shows no peer what was restated, of which none has seen anything', async () => {
    const store = await openStore()
    const author = await openReplica({ store, hidesOwn: true })
    const digests = await publishTwice(author)
    const restated = await author.compact()
    assert.equal((restated.at(-1)?.base ?? 1) > 1, true)
    await author.whenCompacted()
    assert.deepEqual(await shownBy(author, digests), [])
    assert.deepEqual(await shownBy(await openReplica({ store, hidesOwn: true }), digests), [])
    await store.close()
  })

  it('shows no peer what is in hidden entries that are damaged, or behind such ones', async () => {
    await using home = await temporaryDirectory()
    const digests: Uint8Array[] = []
    {
      const store = await openStore(home.path)
      const author = await openReplica({ store, hidesOwn: true })
      digests.push(...(await publishTwice(author)))
      await author.keepAuthor()
      const entries = store.section('entries')
      const keys = await Array.fromAsync(entries.entries(), ([key]) => key.slice())
      await store.commit(keys.slice(1, 2).map((key) => entries.del(key)))
      await store.close()
    }
    const store = await openStore(home.path)
    assert.deepEqual(await shownBy(await openReplica({ store, hidesOwn: true }), digests), [])
    await store.close()
  })

  it('shows what it has restated of a feed that peers have, as they do', async () => {
    const store = await openStore()
    const author = await openReplica({ store, hidesOwn: true })
    const digests = await publishTwice(author)
    for (const key of author.hiddenAuthors()) await author.unhide(key, author.headOf(key).seq)
    const restated = await author.compact()
    assert.equal((restated.at(-1)?.base ?? 1) > 1, true)
    assert.deepEqual(await shownBy(author, digests), digests)
    const again = await openReplica({ store, hidesOwn: true })
    assert.equal(again.hiddenAuthors().length, 1)
    assert.deepEqual(await shownBy(again, digests), digests)
    await store.close()
  })

  it('shows a record of a hidden entry that another author has published too', async () => {
    const store = await openStore()
    const author = await openReplica({ store, hidesOwn: true })
    const digests = await publishTwice(author)
    const other = await openReplica({ store: await openStore() })
    const { entries } = await other.publish(facts.slice(1))
    for (const entry of entries) {
      const admission = await author.admit(writeEntry(entry), 'peer')
      if (admission.outcome === 'admitted') await admission.durable
    }
    assert.deepEqual(await shownBy(author, digests), digests.slice(1))
    const again = await openReplica({ store, hidesOwn: true })
    assert.deepEqual(await shownBy(again, digests), digests.slice(1))
    for (const key of again.hiddenAuthors()) await again.unhide(key, again.headOf(key).seq)
    assert.deepEqual(await shownBy(again, digests), digests)
    assert.deepEqual(await Array.fromAsync(store.section('shown-records').entries()), [])
    await store.close()
  })

  it('publishes while it looks which records peers have otherwise', async () => {
    const store = await openStore()
    const author = await openReplica({ store, hidesOwn: true })
    const other = await openReplica({ store: await openStore() })
    const items = publications(2_000)
    const digests = (await other.publish(items)).records
    // Bodies that no entry of a peer has.
    await author.putBodies((await other.bodies([...digests])).filter((body) => body !== undefined))
    await author.publish(items)
    const again = await openReplica({ store, hidesOwn: true })
    await again.publish([publication('one more')])
    const shown = store.section('shown-records')
    assert.notEqual(await shown.lastKey(), undefined)
    await again.whenCompacted()
    assert.equal(await shown.lastKey(), undefined)
    await store.close()
  })
})

/** The author publishes each fact twice, in entries of their own. Returns the digests of the facts. */
async function publishTwice(author: Replica): Promise<Uint8Array[]> {
  const digests: Uint8Array[] = []
  for (const fact of facts) digests.push(...(await author.publish([fact])).records)
  for (const fact of facts) await author.publish([{ ...fact, confidence: 0.5 }])
  assert.equal(digests.length, facts.length)
  return digests
}

/** What a peer can tell that the replica has: it sends the body, or its filter does not deny it. */
async function shownBy(replica: Replica, digests: Uint8Array[]): Promise<Uint8Array[]> {
  const bodies = await replica.publicView.bodies(digests)
  return digests.filter(
    (digest, i) => bodies[i] !== undefined || replica.published.has(replica.elementOf(digest))
  )
}
