import assert from 'node:assert/strict'
import { openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { Feeds } from '../../../crdt/feeds/feeds.ts'
import type { FeedHead, Store } from '../../../crdt/index.ts'
import type { Snapshots } from '../../../crdt/store/section.ts'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  changed,
  COUNT,
  opened,
  slowDigest,
  snapshotIn,
  SnapshotStores
} from '../../fixtures/feed-snapshots.ts'
import { authorOf, feedOf, fillFeeds, NOTHING_HIDDEN } from '../../fixtures/many-feeds.ts'

describe('a snapshot of the table of feeds', () => {
  let stores: SnapshotStores

  before(async () => {
    stores = await SnapshotStores.create()
  })
  after(() => stores[Symbol.asyncDispose]())

  it('gives what the database has, without reading it', async () => {
    const path = await stores.copy(stores.first)
    const { feeds, isSlow, digest: read } = await opened(path)
    assert.equal(isSlow, false)
    assert.equal(read, stores.digest)
    assert.equal(read, await slowDigest(path))
    assert.deepEqual(feeds.get(authorOf(1_007)), {
      ...feedOf(1_007),
      author: new Uint8Array(authorOf(1_007)),
      head: new Uint8Array(feedOf(1_007).head)
    })
    assert.equal(feeds.writersOf('playbook of goal 2007')[0]?.clock, 2_027)
  })

  it('stays as it is while few feeds change, and a start reads what has changed since', async () => {
    const path = await stores.copy(stores.first)
    const { ino } = await stat(join(path, await snapshotIn(path)))
    await opened(path, changed(5))
    await opened(path, (store, feeds) => store.commit([feeds.set(feedOf(COUNT))]))
    const next = await opened(path)
    assert.equal(next.isSlow, false)
    assert.equal(next.feeds.get(authorOf(5)).seq, 900)
    assert.equal(next.feeds.get(authorOf(COUNT)).clock, 20 + COUNT)
    assert.equal(next.digest, await slowDigest(path))
    assert.equal((await stat(join(path, await snapshotIn(path)))).ino, ino)
  })

  it('is written again once many have changed, and their marks no longer count', async () => {
    const path = await stores.copy(stores.first)
    const before = await snapshotIn(path)
    await opened(path, async (store, feeds) => {
      for (let from = 0; from < COUNT; from += 500) {
        const authors = Array.from({ length: 500 }, (_, i) => authorOf((from + i) % COUNT))
        await store.commit(authors.map((author) => feeds.set({ ...feeds.get(author), seq: 901 })))
      }
    })
    const name = await snapshotIn(path)
    assert.notEqual(name, before)
    const number = Buffer.alloc(4)
    number.writeUInt32BE(Number(/\d+/.exec(name)?.[0]))
    const after = await opened(path, async (store) => {
      let marks = 0
      for await (const _ of store.section('changed-feeds').entries({ gte: number })) marks += 1
      assert.ok(marks <= 1_000, `${marks} marks`)
    })
    assert.equal(after.isSlow, false)
    assert.equal(after.digest, await slowDigest(path))
  })

  it('is followed by another one where many have changed during its writing', async () => {
    const path = await stores.copy(stores.first)
    const store = await openStore(path)
    const { snapshots } = store
    assert.ok(snapshots !== undefined)
    let written = 0
    const second = Promise.withResolvers<undefined>()
    const change = (count: number): Promise<void> => {
      const some = Array.from({ length: count }, (_, i) => authorOf(i))
      return store.commit(some.map((author) => feeds.set({ ...feeds.get(author), seq: 902 })))
    }
    const followed: Snapshots = {
      read: () => snapshots.read(),
      onWritten: (listener) => snapshots.onWritten(listener),
      idle: () => snapshots.idle(),
      write: async (chunks) => {
        await snapshots.write(async function* () {
          yield* chunks()
          // The first one has been read, and is not written yet.
          if (written === 0) await change(COUNT)
        })
        written += 1
        if (written === 2) second.resolve(undefined)
      }
    }
    const bounds = { minRows: 100, changedShare: 1_000 }
    const section: Store['section'] = (name) => store.section(name)
    const feeds = new Feeds({ section, snapshots: followed }, NOTHING_HIDDEN, bounds)
    await feeds.load()
    await change(100)
    await second.promise
    await store.close()
    assert.equal((await opened(path)).isSlow, false)
    assert.equal((await opened(path)).digest, await slowDigest(path))
  })

  it('is that of a copy of the directory, and a copy of the database alone has none', async () => {
    const path = await stores.copy(stores.first)
    const backup = join(stores.path, 'backup')
    await opened(path, (store) => store.copyTo(backup))
    const restored = await opened(backup)
    assert.deepEqual([restored.isSlow, restored.digest], [true, stores.digest])
    assert.equal((await opened(backup)).isSlow, false)
  })

  it('has the value of the database where memory is ahead of it', async () => {
    const path = await stores.copy(stores.first)
    await rm(join(path, await snapshotIn(path)))
    // Changed, and never committed, before and while it is written.
    await opened(path, async (_, feeds) => {
      feeds.set({ ...feeds.get(authorOf(3)), seq: 700 })
      await new Promise((resolve) => setImmediate(resolve))
      feeds.set({ ...feeds.get(authorOf(4)), seq: 700 })
    })
    const after = await opened(path)
    assert.deepEqual([after.isSlow, after.digest], [false, stores.digest])
  })

  it('is not read where a feed is gone', async () => {
    const path = await stores.copy(stores.first)
    await opened(path, (store) => store.commit([store.section('feeds').del(authorOf(12))]))
    const after = await opened(path)
    assert.equal(after.isSlow, true)
    assert.equal(after.feeds.get(authorOf(12)).seq, 0)
  })

  it('of few feeds is not written, and they are not marked', async () => {
    const few = join(stores.path, 'few')
    await opened(few, (store, feeds) => fillFeeds(store, feeds, 500))
    const { isSlow } = await opened(few, async (store) => {
      for await (const _ of store.section('changed-feeds').entries()) assert.fail('a mark')
    })
    assert.equal(isSlow, true)
    assert.deepEqual(
      (await readdir(few)).filter((name) => name.startsWith('heads')),
      []
    )
  })

  it('is read, and its digest computed, with turns of the event loop in between', async () => {
    const store = await openStore(await stores.copy(stores.first))
    try {
      let heads = 0
      let most = 0
      const hidden = {
        authors: () => [],
        // Every other head is asked for as that of an author with hidden entries.
        mayHide: () => {
          heads += 1
          return heads % 2 === 0
        },
        publicHead: (head: FeedHead) => head
      }
      const feeds = new Feeds(store, hidden)
      let isLoading = true
      const count = (): void => {
        most = Math.max(most, heads)
        heads = 0
        if (isLoading) setImmediate(count)
      }
      count()
      await feeds.load()
      isLoading = false
      count()
      assert.ok(most > 0 && most <= 4_096, `${most} heads in one turn`)
      assert.equal(toHex(feeds.publicDigest()), stores.digest)
      assert.equal(heads, 0)
    } finally {
      await store.close()
    }
  })
})
