import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { MemoryLevel } from 'memory-level'
import { equalBytes } from '../../../crdt/bytes/index.ts'
import { openStore, StoredFilter } from '../../../crdt/index.ts'
import { failingDatabase } from '../../fixtures/failing-database.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Store } from '../../../crdt/index.ts'

/** What the filter stands for, kept beside it as facts would be. */
async function filterOn(store: Store, key?: Uint8Array): Promise<StoredFilter> {
  const things = store.section('things')
  const filter = new StoredFilter({
    store,
    commits: () => store,
    name: 'test',
    key,
    async *source() {
      for await (const [digest] of things.entries()) yield [digest]
    }
  })
  await filter.load()
  return filter
}

async function add(store: Store, filter: StoredFilter, items: Uint8Array[]): Promise<void> {
  const things = store.section('things')
  await store.commit([
    ...items.map((digest) => things.put(digest, Buffer.from('thing'))),
    ...filter.insert(items)
  ])
  await filter.checkpoint()
}

function digests(count: number, from = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => hash('sha256', `thing ${from + i}`, 'buffer'))
}

describe('a stored filter', () => {
  it('knows after a restart what it knew before, few or many', async function () {
    this.timeout(20_000)
    await using directory = await temporaryDirectory()
    for (const [from, count] of [
      [0, 500],
      [500, 20_000],
      [20_500, 500],
      [21_000, 60_000]
    ] as const) {
      await using store = disposable(await openStore(directory.path))
      const filter = await filterOn(store.store)
      assert.ok(digests(from).every((digest) => filter.has(digest)))
      for (let i = 0; i < count; i += 1_000) {
        await add(store.store, filter, digests(Math.min(1_000, count - i), from + i))
      }
    }
    await using store = disposable(await openStore(directory.path))
    const filter = await filterOn(store.store)
    assert.ok(digests(81_000).every((digest) => filter.has(digest)))
    assert.ok(filter.version > 80_900)
    assert.equal(store.store.damaged, 0)
  })

  it('tells what was added since a version, across restarts, and not what is too long ago', async function () {
    this.timeout(20_000)
    const store = await openStore()
    const filter = await filterOn(store)
    await add(store, filter, digests(20_000))
    const { version } = filter
    await add(store, filter, digests(10, version))
    await add(store, filter, digests(5, 50_000))
    const since = await filter.since(version)
    const expected = [...digests(10, version), ...digests(5, 50_000)]
    const known = expected.filter((digest) =>
      Buffer.from(since ?? []).includes(Buffer.from(digest.subarray(0, 8)))
    )
    assert.equal(since?.length, (filter.version - version) * 8)
    assert.equal(known.length, since.length / 8)
    assert.equal((await filter.since(filter.version))?.length, 0)
    assert.ok((await filter.since(filter.version + 1)) === undefined)
    const middle = await filter.since(version + 3)
    assert.deepEqual([...(middle ?? [])], [...since.subarray(24)])
    const again = await filterOn(store)
    assert.ok(equalBytes(again.generation, filter.generation))
    assert.deepEqual([...((await again.since(version)) ?? [])], [...since])
    for (let i = 0; i < 120_000; i += 4_000) await add(store, again, digests(4_000, 100_000 + i))
    await store.flush()
    // Not `equal`, which would print a megabyte.
    assert.ok((await again.since(version)) === undefined)
    await store.close()
  })

  it('is rebuilt when any of its values is damaged', async function () {
    this.timeout(20_000)
    const database = new MemoryLevel<Uint8Array, Uint8Array>({ storeEncoding: 'view' })
    const store = await openStore(database)
    const filter = await filterOn(store)
    await add(store, filter, digests(20_000))
    await store.flush()
    await add(store, filter, digests(300, 20_000))
    for (const [section, key] of [
      ['filter-test-log', 'last'],
      ['filter-test', 'state'],
      ['filter-test', 'page']
    ] as const) {
      const sublevel = database.sublevel<Uint8Array, Uint8Array>(section, {
        keyEncoding: 'view',
        valueEncoding: 'view'
      })
      const keys = await sublevel.keys().all()
      const at = key === 'page' ? keys[0] : keys.at(-1)
      assert.ok(at !== undefined)
      const value = Uint8Array.from((await sublevel.get(at)) ?? [])
      value[value.length - 1] = (value.at(-1) ?? 0) ^ 1
      await sublevel.put(at, value)
      const healed = await filterOn(store)
      assert.ok(digests(20_300).every((digest) => healed.has(digest)))
      assert.ok(!equalBytes(healed.generation, filter.generation))
    }
    await store.close()
  })

  it('is rebuilt when its elements have another key', async () => {
    const store = await openStore()
    const filter = await filterOn(store, randomBytes(32))
    await add(store, filter, digests(17_000))
    await store.flush()
    const other = await filterOn(store, randomBytes(32))
    assert.ok(!equalBytes(other.generation, filter.generation))
    assert.equal(other.version, filter.version)
    await store.close()
  })

  it('forgets what was removed when it is rebuilt, and nothing that is added meanwhile', async function () {
    this.timeout(20_000)
    const store = await openStore()
    const filter = await filterOn(store)
    await add(store, filter, digests(5_000))
    const gone = digests(1_000)
    await store.commit(gone.map((digest) => store.section('things').del(digest)))
    const before = filter.generation
    const rebuilding = filter.rebuild()
    const adding = [0, 1, 2, 3].map((i) => add(store, filter, digests(100, 6_000 + i * 100)))
    await Promise.all([rebuilding, ...adding])
    await add(store, filter, digests(100, 7_000))
    const kept = [...digests(4_000, 1_000), ...digests(400, 6_000), ...digests(100, 7_000)]
    assert.ok(kept.every((digest) => filter.has(digest)))
    assert.ok(gone.filter((digest) => filter.has(digest)).length < 20)
    assert.ok(!equalBytes(filter.generation, before))
    const reopened = await filterOn(store)
    assert.ok(kept.every((digest) => reopened.has(digest)))
    await store.close()
  })
})

describe('a stored filter after a failed commit', () => {
  it('has what is on disk, under another generation, and saves it with the next element', async () => {
    const { database, failNext, writes } = failingDatabase()
    const store = await openStore(database)
    const filter = await filterOn(store)
    await add(store, filter, digests(20_000))
    await store.flush()
    const before = filter.generation
    failNext()
    await assert.rejects(add(store, filter, digests(500, 20_000)))
    const { length } = writes
    await filter.reload()
    assert.equal(writes.length, length, 'reads only')
    assert.ok(digests(20_000).every((digest) => filter.has(digest)))
    assert.ok(digests(500, 20_000).filter((digest) => filter.has(digest)).length < 10)
    assert.ok(!equalBytes(filter.generation, before), 'peers may have read the lost elements')
    await add(store, filter, digests(500, 20_000))
    const reopened = await filterOn(store)
    assert.ok(equalBytes(reopened.generation, filter.generation))
    assert.ok(digests(20_500).every((digest) => reopened.has(digest)))
    await store.close()
  })
})

describe('a rebuild of a stored filter', () => {
  /** A filter whose source calls `onRead` when it has been read, and before its end. */
  async function rebuilding(
    store: Store,
    onRead: (filter: StoredFilter) => Promise<void>
  ): Promise<StoredFilter> {
    const things = store.section('things')
    let isBuilt = false
    const filter: StoredFilter = new StoredFilter({
      store,
      commits: () => store,
      name: 'test',
      async *source() {
        yield await Array.fromAsync(things.entries(), ([digest]) => digest)
        if (isBuilt) await onRead(filter)
      }
    })
    await filter.load()
    isBuilt = true
    return filter
  }

  it('keeps elements that are inserted after its source was read, also after a restart', async () => {
    const store = await openStore()
    const late = digests(50, 30_000)
    const gone = digests(100, 20_000)
    const filter = await rebuilding(store, async (each) => {
      assert.ok(
        gone.every((digest) => each.has(digest)),
        'until it ends the filter is the old one'
      )
      await add(store, each, late)
    })
    await add(store, filter, [...digests(20_000), ...gone])
    await store.commit(gone.map((digest) => store.section('things').del(digest)))
    await filter.rebuild()
    assert.ok([...digests(20_000), ...late].every((digest) => filter.has(digest)))
    assert.ok(gone.filter((digest) => filter.has(digest)).length < 10)
    const reopened = await filterOn(store)
    assert.ok(equalBytes(reopened.generation, filter.generation), 'it was saved')
    assert.ok(late.every((digest) => reopened.has(digest)))
    await store.close()
  })

  it('may overlap with others, and keeps what is inserted during each', async () => {
    const store = await openStore()
    const filter = await filterOn(store)
    await add(store, filter, digests(17_000))
    const inserted: Uint8Array[] = []
    const rebuilds = Array.from({ length: 4 }, async (_, i) => {
      const rebuild = filter.rebuild()
      const more = digests(100, 20_000 + i * 100)
      inserted.push(...more)
      await add(store, filter, more)
      await rebuild
    })
    await Promise.all(rebuilds)
    const kept = [...digests(17_000), ...inserted]
    assert.ok(kept.every((digest) => filter.has(digest)))
    const reopened = await filterOn(store)
    assert.ok(kept.every((digest) => reopened.has(digest)))
    await store.close()
  })

  it('has what was inserted before, also where the commit has not ended', async () => {
    const store = await openStore()
    const filter = await rebuilding(store, () => Promise.resolve())
    // The first commit is as much as one write takes, so the second waits for it.
    const adding = [add(store, filter, digests(20_000)), add(store, filter, digests(100, 20_000))]
    await filter.rebuild()
    await Promise.all(adding)
    assert.ok(digests(20_100).every((digest) => filter.has(digest)))
    await store.close()
  })

  it('to a small size is saved again once the filter has grown', async () => {
    const store = await openStore()
    const filter = await filterOn(store)
    await add(store, filter, digests(20_000))
    await store.commit(digests(19_000).map((digest) => store.section('things').del(digest)))
    await filter.rebuild()
    await add(store, filter, digests(17_000, 20_000))
    assert.ok(equalBytes((await filterOn(store)).generation, filter.generation))
    await store.close()
  })

  it('that fails leaves the filter as it was, and the next one succeeds', async () => {
    const store = await openStore()
    let fails = true
    const filter = await rebuilding(store, async () => {
      if (fails) throw new Error('unreadable')
    })
    await add(store, filter, digests(100))
    const { generation } = filter
    await assert.rejects(filter.rebuild(), /unreadable/)
    assert.ok(equalBytes(filter.generation, generation))
    await add(store, filter, digests(100, 100))
    assert.ok(digests(200).every((digest) => filter.has(digest)))
    fails = false
    await filter.rebuild()
    assert.ok(!equalBytes(filter.generation, generation))
    assert.ok(digests(200).every((digest) => filter.has(digest)))
    await store.close()
  })
})

function disposable(store: Store): { store: Store } & AsyncDisposable {
  return { store, [Symbol.asyncDispose]: () => store.close() }
}
