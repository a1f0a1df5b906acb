import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openReplica, openStore } from '../../../crdt/index.ts'
import { seqOf, toHex } from '../../../crdt/bytes/index.ts'
import { storeWithFailingCopies } from '../../fixtures/failing-copies.ts'
import { publication } from '../../fixtures/publications.ts'
import { deliver, replicaOn, contentOf } from '../../fixtures/replicas.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Replica, Store } from '../../../crdt/index.ts'

interface Opened extends AsyncDisposable {
  readonly store: Store
  readonly replica: Replica
}

describe('own entries that no peer has', () => {
  it('come back from their copies, with all that they say', async () => {
    await using home = await temporaryDirectory()
    const before = await used(home.path, 8)
    await using node = await open(home.path)
    await lose(node.store, 3)
    const { emptied, returned } = await node.replica.audit()
    assert.deepEqual({ emptied, returned }, { emptied: 0, returned: 8 })
    assert.deepEqual(await contentOf(node.replica), before)
    assert.equal(node.replica.publicView.heads().length, 0)
    assert.deepEqual(lastSeqs(node.replica), [8])
  })

  it('come back where the table of feeds has lost them', async () => {
    await using home = await temporaryDirectory()
    const before = await used(home.path, 3)
    {
      await using node = await open(home.path)
      await loseAll(node.store, 'feeds')
    }
    await using node = await open(home.path)
    assert.equal((await node.replica.audit()).returned, 3)
    assert.deepEqual(await contentOf(node.replica), before)
  })

  it('come back where a feed was compacted, and the table of feeds has lost it', async () => {
    await using home = await temporaryDirectory()
    const before = await compacted(home.path)
    {
      await using node = await open(home.path)
      await loseAll(node.store, 'feeds')
    }
    await using node = await open(home.path)
    assert.ok((await node.replica.audit()).returned > 0)
    assert.deepEqual(await contentOf(node.replica), before)
    assert.deepEqual(node.replica.publicView.heads(), [])
  })

  it('come back where a feed was compacted, and an entry was lost', async () => {
    for (const lost of [4, 5]) {
      await using home = await temporaryDirectory()
      const before = await compacted(home.path)
      await using node = await open(home.path)
      await lose(node.store, lost)
      const { emptied, returned } = await node.replica.audit()
      assert.deepEqual({ emptied, returned }, { emptied: 0, returned: 2 })
      assert.deepEqual(await contentOf(node.replica), before)
      assert.deepEqual(node.replica.publicView.heads(), [])
    }
  })

  it('are hidden as a whole where a feed was compacted, and what is hidden was lost too', async () => {
    for (const lost of [['unshown'], ['unshown', 'feeds']]) {
      await using home = await temporaryDirectory()
      const before = await compacted(home.path)
      {
        await using node = await open(home.path)
        for (const name of lost) await loseAll(node.store, name)
      }
      await writeFile(join(home.path, 'repair'), '')
      await using node = await open(home.path)
      assert.equal(node.store.isSuspect, true)
      await node.replica.audit()
      assert.deepEqual(await contentOf(node.replica), before)
      assert.deepEqual(node.replica.publicView.heads(), [])
    }
  })

  it('come back behind those that peers have', async () => {
    await using home = await temporaryDirectory()
    const before = await used(home.path, 6)
    await using peer = await replicaOn()
    await using node = await open(home.path)
    const [author] = node.replica.hiddenAuthors()
    assert.ok(author !== undefined)
    for await (const bytes of node.replica.entriesAfter(author, 0)) {
      if (peer.replica.headOf(author).seq < 4) await durable(peer.replica, bytes)
    }
    await node.replica.unhide(author, 4)
    await lose(node.store, 2)
    const { emptied, returned } = await node.replica.audit()
    assert.deepEqual({ emptied, returned }, { emptied: 1, returned: 0 })
    for await (const bytes of peer.replica.entriesAfter(author, 0)) {
      assert.equal(node.replica.publicView.headOf(author)?.seq, node.replica.headOf(author).seq)
      await durable(node.replica, bytes)
    }
    node.replica.hearPeers()
    assert.equal((await node.replica.audit()).emptied, 0)
    // They come back behind the call.
    while (node.replica.headOf(author).seq < 6) await nextTurn()
    assert.deepEqual(await contentOf(node.replica), before)
    assert.deepEqual(
      node.replica.publicView.heads().map(({ seq }) => seq),
      [4]
    )
  })

  it('are copied by the next run where one was killed or had no copies', async () => {
    await using home = await temporaryDirectory()
    await used(home.path, 4)
    await rm(join(home.path, 'copies'), { recursive: true })
    {
      await using node = await open(home.path)
      await node.replica.publish([publication('One more fact.')])
      await node.replica.keepAuthor()
    }
    await using node = await open(home.path)
    assert.equal(await copiesIn(node.store), 5)
  })

  it('are copied again by the next run where one copy was lost', async () => {
    await using home = await temporaryDirectory()
    await used(home.path, 4)
    {
      await using node = await open(home.path)
      const copies = await node.store.copies()
      assert.ok(copies !== undefined)
      const section = copies.section('hidden-entries')
      for await (const [key] of section.entries()) {
        if (seqOf(key.subarray(-8)) === 2) await copies.commit([section.del(key.slice())])
      }
      await node.replica.publish([publication('One more fact.')])
      await node.replica.keepAuthor()
    }
    await using node = await open(home.path)
    assert.equal(await copiesIn(node.store), 5)
  })

  it('are copied later where a copy cannot be written', async () => {
    await using given = await storeWithFailingCopies()
    const { store, copies, failNext } = given
    const replica = await openReplica({ store, hidesOwn: true })
    await replica.publish([publication('A fact.')])
    const written = copies.section('hidden-entries')
    while ((await Array.fromAsync(written.entries())).length < 1) await nextTurn()
    failNext('hidden-entries')
    await replica.publish([publication('Another fact.')])
    while ((await Array.fromAsync(written.entries())).length < 2) await nextTurn()
  })

  it('have no copies once peers have them', async () => {
    await using home = await temporaryDirectory()
    await used(home.path, 4)
    {
      await using node = await open(home.path)
      await using peer = await replicaOn()
      await deliver(node.replica, peer.replica)
      for (const { author } of peer.replica.heads()) {
        for await (const bytes of peer.replica.entriesAfter(author, 0)) {
          await durable(node.replica, bytes)
        }
      }
      assert.deepEqual(node.replica.hiddenAuthors(), [])
      await node.replica.keepAuthor()
    }
    assert.ok((await readdir(home.path)).includes('copies'))
    await using node = await open(home.path)
    assert.equal(await copiesIn(node.store), 0)
  })
})

async function open(path: string): Promise<Opened> {
  const store = await openStore(path)
  const replica = await openReplica({ store, hidesOwn: true })
  return { store, replica, [Symbol.asyncDispose]: () => store.close() }
}

/** Publishes `entries` entries in the directory, which no peer sees; returns the content of the replica. */
async function used(path: string, entries: number): Promise<readonly unknown[]> {
  await using node = await open(path)
  for (let i = 0; i < entries; i++) await node.replica.publish([publication(`Fact ${i}.`)])
  await node.replica.keepAuthor()
  return await contentOf(node.replica)
}

/** The same with a feed that its author has compacted. */
async function compacted(path: string): Promise<readonly unknown[]> {
  await using node = await open(path)
  for (const text of ['One.', 'Two.', 'Three.', 'One.', 'Two.']) {
    await node.replica.publish([publication(text)])
  }
  const restated = await node.replica.compact()
  assert.ok((restated.at(-1)?.base ?? 1) > 1)
  await node.replica.publish([publication('A fact more.')])
  await node.replica.keepAuthor()
  return await contentOf(node.replica)
}

async function loseAll(store: Store, name: string): Promise<void> {
  const section = store.section(name)
  for await (const [key] of section.entries()) await store.commit([section.del(key.slice())])
}

async function lose(store: Store, seq: number): Promise<void> {
  const entries = store.section('entries')
  for await (const [key] of entries.entries()) {
    if (seqOf(key.subarray(-8)) === seq) await store.commit([entries.del(key.slice())])
  }
}

async function durable(replica: Replica, bytes: Uint8Array): Promise<void> {
  const admission = await replica.admit(bytes)
  if (admission.outcome === 'admitted') await admission.durable
}

function lastSeqs(replica: Replica): number[] {
  return replica.heads().map(({ seq }) => seq)
}

async function copiesIn(store: Store): Promise<number> {
  const copies = await store.copies()
  const names = new Set<string>()
  const section = copies?.section('hidden-entries')
  for await (const [key] of section?.entries() ?? []) names.add(toHex(key))
  return names.size
}
