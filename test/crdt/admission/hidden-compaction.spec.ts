import assert from 'node:assert/strict'
import {
  encodeRecord,
  openReplica,
  openStore,
  recordDigest,
  writeEntry
} from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { publication } from '../../fixtures/publications.ts'
import type { Entry, Replica, Store } from '../../../crdt/index.ts'

/** An author whose entries are shown, and another node that has them; then the author compacts its feed. */
async function compacted(): Promise<{
  readonly store: Store
  readonly author: Replica
  readonly other: Replica
  readonly restated: readonly Entry[]
}> {
  const store = await openStore()
  const author = await openReplica({ store, hidesOwn: true })
  const other = await openReplica({ store: await openStore(), hidesOwn: true })
  for (const text of ['one', 'two', 'three', 'one', 'two']) {
    const { entries } = await author.publish([publication(text)])
    for (const entry of entries) {
      await other.admit(writeEntry(entry), 'author')
      await author.publicView.admit(writeEntry(entry), 'peer')
    }
  }
  assert.deepEqual(author.publicView.digest(), other.publicView.digest())
  const restated = await author.compact()
  assert.equal((restated.at(-1)?.base ?? 1) > 1, true)
  return { store, author, other, restated }
}

function headsOf({ publicView }: Replica): readonly unknown[] {
  return publicView
    .heads()
    .map(({ author, base, seq, fork, head }) => [toHex(author), base, seq, fork, toHex(head)])
}

async function bytesOf({ publicView }: Replica): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    publicView
      .heads()
      .map(({ author }) =>
        Array.fromAsync(publicView.entriesAfter(author, 0), (bytes) => toHex(bytes))
      )
  )
}

async function admit(view: Replica['publicView'], entry: Entry): Promise<void> {
  const admission = await view.admit(writeEntry(entry), 'peer')
  assert.ok(admission.outcome === 'admitted')
  await admission.durable
}

describe('an author that has compacted its feed', () => {
  it('shows the feed as others have it, until a peer shows the new entries', async () => {
    const { author, other, restated } = await compacted()
    const compare = async (): Promise<void> => {
      assert.deepEqual(headsOf(author), headsOf(other))
      assert.deepEqual(author.publicView.digest(), other.publicView.digest())
      assert.deepEqual(await bytesOf(author), await bytesOf(other))
      for (const { author: key, seq } of restated) {
        const answers = [author, other].map(async ({ publicView }) => [
          (await publicView.headerAt(key, seq))?.seq,
          (await publicView.checkpointOf(key))?.seq
        ])
        assert.deepEqual(await answers[0], await answers[1])
      }
    }
    await compare()
    for (const entry of restated) {
      for (const { publicView } of [author, other]) await admit(publicView, entry)
      await compare()
    }
    assert.equal(author.hiddenAuthors().length, 0)
    assert.deepEqual(await bytesOf(author), [restated.map((entry) => toHex(writeEntry(entry)))])
  })

  it('takes a base that its hidden entries have passed, and shows the last one with its entries', async () => {
    const author = await openReplica({ store: await openStore(), hidesOwn: true })
    const other = await openReplica({ store: await openStore(), hidesOwn: true })
    const restated: Entry[] = []
    for (const text of ['one', 'two']) {
      await author.publish([publication(text)])
      restated.push(...(await author.compact()))
    }
    const [first, last] = [restated[0], restated.at(-1)]
    assert.ok(first !== undefined && last !== undefined && 1 < first.base && first.base < last.base)
    for (const { publicView } of [author, other]) {
      assert.equal(await publicView.admitHeader(first), 'admitted')
    }
    assert.deepEqual(headsOf(author), headsOf(other))
    assert.deepEqual(author.publicView.digest(), other.publicView.digest())
    const { author: key } = last
    await author.unhide(key, last.seq)
    const checkpoint = await author.publicView.checkpointOf(key)
    assert.equal(checkpoint?.base, author.headOf(key).base)
    await other.publicView.admitHeader(checkpoint)
    for await (const bytes of author.publicView.entriesAfter(key, 0)) {
      const admission = await other.publicView.admit(bytes, 'author')
      assert.ok(admission.outcome === 'admitted')
      await admission.durable
    }
    assert.deepEqual(headsOf(other), headsOf(author))
  })

  it('takes a base from the header that a peer sends, as other nodes do', async () => {
    const { author, other, restated } = await compacted()
    const last = restated.at(-1)
    assert.ok(last !== undefined)
    const results = [
      await author.publicView.admitHeader(last),
      await other.publicView.admitHeader(last)
    ]
    assert.deepEqual(results, ['admitted', 'admitted'])
    assert.deepEqual(headsOf(author), headsOf(other))
    assert.deepEqual(author.publicView.digest(), other.publicView.digest())
    for (const entry of restated) {
      for (const { publicView } of [author, other]) await admit(publicView, entry)
      assert.deepEqual(headsOf(author), headsOf(other))
    }
  })

  it('does so also after a restart, and keeps what it said', async () => {
    const { store, author, other, restated } = await compacted()
    const before = author.publicView.digest()
    const again = await openReplica({ store, hidesOwn: true })
    assert.deepEqual(again.publicView.digest(), before)
    assert.deepEqual(headsOf(again), headsOf(other))
    for (const { author: key, seq } of restated) await again.unhide(key, seq)
    for (const entry of restated) await other.admit(writeEntry(entry), 'peer')
    assert.deepEqual(again.digest(), other.digest())
    assert.deepEqual(
      await Array.fromAsync(again.attestedRecords()),
      await Array.fromAsync(other.attestedRecords())
    )
    await store.close()
  })

  it('hides a record with which only others are left, also after a restart', async () => {
    for (const way of ['nothing shown', 'header', 'entry']) {
      const store = await openStore()
      let author = await openReplica({ store, hidesOwn: true })
      const voter = await openReplica({ store: await openStore() })
      const { entries: first } = await author.publish([publication('Shown or not.')])
      if (way !== 'nothing shown') {
        for (const entry of first) await admit(author.publicView, entry)
      }
      const { record } = publication('Taken back.')
      const digest = recordDigest(encodeRecord(record))
      const { entries } = await author.publish([publication('Taken back.')])
      // One that has seen the hidden entry says the same, without the text.
      for (const entry of [...first, ...entries]) await voter.admit(writeEntry(entry), 'author')
      const { entries: bare } = await voter.publish([publication('Taken back.')])
      await author.retract(digest)
      const restated = await author.compact()
      for (const entry of way === 'nothing shown' ? [] : restated) {
        if (way === 'header') await author.publicView.admitHeader(entry)
        else await author.unhide(entry.author, entry.seq)
      }
      for (const entry of bare) await admit(author.publicView, entry)
      for (let i = 0; i < 2; i++) {
        await author.whenCompacted()
        assert.deepEqual(await author.publicView.bodies([digest]), [undefined], `${way}, ${i}`)
        assert.deepEqual((await author.missingBodies(9)).map(toHex), [toHex(digest)], way)
        author = await openReplica({ store, hidesOwn: true })
      }
      await author.putBodies([encodeRecord(record)])
      assert.notDeepEqual(await author.publicView.bodies([digest]), [undefined], way)
      await store.close()
    }
  })

  it('sets its base at once where peers have seen nothing, and answers as a node without the feed', async () => {
    const author = await openReplica({ store: await openStore(), hidesOwn: true })
    const other = await openReplica({ store: await openStore(), hidesOwn: true })
    const first = await author.publish([publication('one')])
    await author.publish([publication('two')])
    const restated = await author.compact()
    const [head] = author.heads()
    assert.equal(head?.base, 3)
    assert.deepEqual(headsOf(author), [])
    for (const entry of [...first.entries, ...restated]) {
      for (const { publicView } of [author, other]) {
        const forged = { ...entry, signature: new Uint8Array(64) }
        assert.equal(await publicView.admitHeader(forged), entry.base > 1 ? 'rejected' : 'held')
        assert.equal(await publicView.admitHeader(entry), entry.base > 1 ? 'admitted' : 'held')
      }
      assert.deepEqual(headsOf(author), headsOf(other))
      assert.deepEqual(author.publicView.digest(), other.publicView.digest())
    }
    for (const entry of restated) {
      for (const { publicView } of [author, other]) await admit(publicView, entry)
      assert.deepEqual(headsOf(author), headsOf(other))
    }
    assert.equal(author.hiddenAuthors().length, 0)
  })

  it('has its base for peers also where the disk has lost the header', async () => {
    const store = await openStore()
    const author = await openReplica({ store })
    await author.publish([publication('one')])
    await author.publish([publication('two')])
    const restated = await author.compact()
    const [key] = restated.map((entry) => entry.author)
    assert.ok(key !== undefined)
    await store.commit([store.section('checkpoints').del(key)])
    const other = await openReplica({ store: await openStore() })
    const header = await author.publicView.checkpointOf(key)
    assert.ok(header !== undefined)
    assert.equal(await other.admitHeader(header), 'admitted')
    for await (const bytes of author.entriesAfter(key, 0)) await other.admit(bytes, 'author')
    assert.deepEqual(other.digest(), author.digest())
    await store.close()
  })
})
