import assert from 'node:assert/strict'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seal } from '../../../crdt/bytes/index.ts'
import { ENCODING } from '../../../crdt/store/database.ts'
import { writeFeed } from '../../../crdt/feeds/feed-value.ts'
import {
  asOther,
  changed,
  opened,
  slowDigest,
  snapshotIn,
  SnapshotStores
} from '../../fixtures/feed-snapshots.ts'
import { authorOf, feedOf } from '../../fixtures/many-feeds.ts'

describe('a snapshot of the table of feeds, in a store that has changed', () => {
  let stores: SnapshotStores

  before(async () => {
    stores = await SnapshotStores.create()
  })
  after(() => stores[Symbol.asyncDispose]())

  it('is not used where any bit of it has changed, and is written again', async () => {
    const name = await snapshotIn(stores.first)
    const { length } = await readFile(join(stores.first, name))
    for (let i = 0; i < 8; i++) {
      const path = await stores.copy(stores.first)
      const bytes = await readFile(join(path, name))
      const at = Math.floor((length * i) / 8) + (i % 4)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << i)
      await writeFile(join(path, name), bytes)
      const damaged = await opened(path)
      assert.equal(damaged.isSlow, true, `byte ${at}`)
      assert.equal(damaged.digest, stores.digest)
      assert.equal((await opened(path)).isSlow, false)
    }
    const cut = await stores.copy(stores.first)
    const bytes = await readFile(join(cut, name))
    await writeFile(join(cut, name), bytes.subarray(0, -1))
    assert.deepEqual(await opened(cut).then((each) => [each.isSlow, each.digest]), [
      true,
      stores.digest
    ])
  })

  it('is not used where a mark, or the row that names it, has changed', async () => {
    const path = await stores.copy(stores.first)
    await opened(path, changed(7))
    const expected = await slowDigest(path)
    for (const section of ['!changed-feeds!', '!meta!heads-snapshot']) {
      const after = await opened(await withDamage(path, section))
      assert.equal(after.isSlow, true, section)
      assert.equal(after.digest, expected)
    }
  })

  /** A copy in which all values of a section have a wrong bit. */
  async function withDamage(path: string, section: string): Promise<string> {
    const damaged = await stores.copy(path)
    const manifest = await readFile(join(damaged, 'CURRENT'))
    await asOther(damaged, async (database) => {
      const range = { gte: Buffer.from(section), lt: Buffer.from(`${section}~`), ...ENCODING }
      for await (const [key, value] of database.iterator<Uint8Array, Uint8Array>(range)) {
        const other = Uint8Array.from(value)
        other[other.length - 1] = (other.at(-1) ?? 0) ^ 1
        await database.put(key.slice(), other, ENCODING)
      }
    })
    // So that the damage alone is what is noticed.
    const now = (await readFile(join(damaged, 'CURRENT'), 'utf8')).trim()
    await cp(join(damaged, now), join(damaged, manifest.toString().trim()))
    await writeFile(join(damaged, 'CURRENT'), manifest)
    await rm(join(damaged, now))
    return damaged
  }

  it('does not count once a damaged mark was removed', async () => {
    const path = await stores.copy(stores.first)
    await opened(path, changed(7))
    const damaged = await withDamage(path, '!changed-feeds!')
    await opened(damaged, async (store) => {
      assert.deepEqual(Object.keys(await store.discardDamaged()), ['changed-feeds'])
      store.trust()
    })
    const after = await opened(damaged)
    assert.equal(after.feeds.get(authorOf(7)).seq, 900)
    assert.equal(after.digest, await slowDigest(damaged))
    assert.equal((await opened(damaged)).isSlow, false)
  })

  it('of another state of the store is not used', async () => {
    const second = await stores.copy(stores.first)
    await opened(second, async (store, feeds) => {
      await changed(9)(store, feeds)
      await rm(join(second, await snapshotIn(second)))
    })
    const newer = await opened(second)
    assert.equal(newer.isSlow, true)
    assert.notEqual(newer.digest, stores.digest)
    const [theirs, ours] = [await snapshotIn(stores.first), await snapshotIn(second)]
    for (const [from, to, expected] of [
      [join(stores.first, theirs), second, newer.digest],
      [join(second, ours), stores.first, stores.digest]
    ] as const) {
      const mixed = await stores.copy(to)
      await cp(from, join(mixed, await snapshotIn(mixed)))
      assert.deepEqual(await opened(mixed).then((each) => [each.isSlow, each.digest]), [
        true,
        expected
      ])
    }
    // Put back as a whole, a state has its own snapshot.
    const whole = await opened(await stores.copy(stores.first))
    assert.deepEqual([whole.isSlow, whole.digest], [false, stores.digest])
  })

  it('does not count once another program has had the database open', async () => {
    const unchanged = await stores.copy(stores.first)
    await asOther(unchanged, () => undefined)
    assert.equal((await opened(unchanged)).isSlow, true)
    const path = await stores.copy(stores.first)
    await asOther(path, async (database) => {
      const feed = { ...feedOf(11), seq: 900 }
      const key = Buffer.concat([Buffer.from('!feeds!'), feed.author])
      await database.put(key, seal(feed.author, writeFeed(feed)), ENCODING)
    })
    const after = await opened(path)
    assert.equal(after.isSlow, true)
    assert.notEqual(after.digest, stores.digest)
    assert.equal(after.feeds.get(authorOf(11)).seq, 900)
    assert.equal((await opened(path)).isSlow, false)
  })
})
