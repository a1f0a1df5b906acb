import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../../crdt/index.ts'
import { seal, toHex } from '../../../crdt/bytes/index.ts'
import { createDatabase, ENCODING } from '../../../crdt/store/database.ts'
import { Feeds } from '../../../crdt/feeds/feeds.ts'
import { writeFeed } from '../../../crdt/feeds/feed-value.ts'
import { budget } from '../../fixtures/budget.ts'
import { authorOf, feedOf, fillFeeds, NOTHING_HIDDEN } from '../../fixtures/many-feeds.ts'
import { randomChange } from '../../fixtures/random-feeds.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { SnapshotBounds } from '../../../crdt/feeds/feed-snapshot.ts'
import type { TemporaryDirectory } from '../../fixtures/temporary.ts'
import type { Database } from '../../../crdt/store/database.ts'
import type { Store } from '../../../crdt/index.ts'

const COUNT = 20_500
const CHILD = fileURLToPath(new URL('../../fixtures/changing-feeds.ts', import.meta.url))

interface Opened {
  readonly feeds: Feeds
  readonly digest: string
  /** Whether the values of the database were read. */
  readonly isSlow: boolean
}

type Task = (store: Store, feeds: Feeds) => unknown

/** Opens a store, and runs the task before it is closed. What is closed has written its snapshot. */
async function opened(path: string, task?: Task, bounds?: SnapshotBounds): Promise<Opened> {
  const store = await openStore(path)
  try {
    let isSlow = false
    const section: Store['section'] = (name) => {
      const inner = store.section(name)
      const entries: typeof inner.entries = (range) => {
        isSlow = true
        return inner.entries(range)
      }
      return Object.assign(Object.create(inner) as typeof inner, {
        entries,
        get: inner.get.bind(inner),
        getMany: inner.getMany.bind(inner),
        put: inner.put.bind(inner)
      })
    }
    const feeds = new Feeds({ section, snapshots: store.snapshots }, NOTHING_HIDDEN, bounds)
    await feeds.load()
    const result = { feeds, digest: toHex(feeds.digest()), isSlow }
    await task?.(store, feeds)
    return result
  } finally {
    await store.close()
  }
}

/** The digest of what the database has, read value by value. */
async function slowDigest(path: string): Promise<string> {
  const store = await openStore(path)
  try {
    const feeds = new Feeds({ section: (name) => store.section(name) }, NOTHING_HIDDEN)
    await feeds.load()
    return toHex(feeds.digest())
  } finally {
    await store.close()
  }
}

const changed =
  (i: number) =>
  (store: Store, feeds: Feeds): Promise<void> =>
    store.commit([feeds.set({ ...feeds.get(authorOf(i)), seq: 900 })])

async function snapshotIn(path: string): Promise<string> {
  const names = (await readdir(path)).filter((name) => name.startsWith('heads'))
  assert.equal(names.length, 1, names.join(', '))
  return names[0] ?? ''
}

/** Takes what a stop says of the files. */
async function asCrashed(path: string): Promise<void> {
  await rm(join(path, 'inventory.json'), { force: true })
  await rm(join(path, 'inventory.opened.json'), { force: true })
}

/** Opens the database as a version does that knows no snapshots, and no inventory. */
async function asOther(path: string, task: (database: Database) => unknown): Promise<void> {
  await asCrashed(path)
  const database = createDatabase(path, false)
  await database.open()
  await task(database)
  await database.close()
}

/** Runs a process that changes feeds, and kills it after as many commits; returns their digests. */
async function killed(path: string, lines: number, ...args: string[]): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const exit = once(child, 'exit')
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === lines) child.kill('SIGKILL')
  }
  await exit
  return acknowledged
}

const KILLS = budget(4, 8)
const ROUNDS = budget(20, 60)

describe('a snapshot of the table of feeds', () => {
  let directory: TemporaryDirectory
  /** A store with a snapshot. */
  let first: string
  let digest: string
  let copies = 0

  before(async () => {
    directory = await temporaryDirectory()
    first = join(directory.path, 'first')
    await opened(first, (store, feeds) => fillFeeds(store, feeds, COUNT))
    digest = (await opened(first)).digest
  })
  after(() => directory[Symbol.asyncDispose]())

  /** The directory at one moment: LevelDB may merge tables meanwhile. */
  async function copy(path: string): Promise<string> {
    for (;;) {
      const to = join(directory.path, `copy ${++copies}`)
      const before = await readdir(path)
      const isWhole = await cp(path, to, { recursive: true }).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && Promise.reject(error)
      )
      if (isWhole && String(before) === String(await readdir(path))) return to
    }
  }

  it('gives what the database has, without reading it', async () => {
    const path = await copy(first)
    const { feeds, isSlow, digest: read } = await opened(path)
    assert.equal(isSlow, false)
    assert.equal(read, digest)
    assert.equal(read, await slowDigest(path))
    assert.deepEqual(feeds.get(authorOf(1_007)), {
      ...feedOf(1_007),
      author: new Uint8Array(authorOf(1_007)),
      head: new Uint8Array(feedOf(1_007).head)
    })
    assert.equal(feeds.writersOf('playbook of goal 2007')[0]?.clock, 2_027)
  })

  it('stays as it is while few feeds change, and a start reads what has changed since', async () => {
    const path = await copy(first)
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
    const path = await copy(first)
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

  it('counts after kill -9, with all that was committed', async () => {
    const path = await copy(first)
    for (const lines of [1, 40]) {
      const acknowledged = await killed(path, lines)
      const crashed = await copy(path)
      const again = await opened(crashed)
      assert.equal(again.isSlow, false)
      assert.equal(again.digest, await slowDigest(path))
      // One more commit may have landed than was said.
      const last = acknowledged.length - 1
      assert.ok([acknowledged[last], await digestWith(path, last + 1)].includes(again.digest))
    }
  })

  /** The digest with one more change of the child. */
  async function digestWith(path: string, i: number): Promise<string> {
    const other = await copy(path)
    let result = ''
    await opened(other, (_, feeds) => {
      feeds.set({ ...feeds.get(authorOf(i)), seq: 1_000 + i })
      result = toHex(feeds.digest())
    })
    return result
  }

  it('is whole after kill -9 at any moment of its writing', async function () {
    this.timeout(60_000)
    const path = join(directory.path, 'killed')
    let fast = 0
    for (let round = 0; round < KILLS; round++) {
      const acknowledged = await killed(path, 20 + ((round * 37) % 90), String(round), 'snapshots')
      const crashed = await copy(path)
      const again = await opened(path)
      assert.equal(again.digest, await slowDigest(crashed), `round ${round}`)
      assert.ok(acknowledged.length > 0)
      if (!again.isSlow) fast += 1
    }
    // A process that was killed before its first one was written leaves none.
    assert.ok(fast > 0, 'no start had a snapshot')
  })

  it('is what the database has after random changes, crashes, stops and other programs', async function () {
    this.timeout(60_000)
    const bounds = { minRows: 30, changedShare: 4 }
    let path = join(directory.path, 'random')
    let fast = 0
    for (let round = 0; round < ROUNDS; round++) {
      let crashed = ''
      const { digest: read, isSlow } = await opened(
        path,
        async (store, feeds) => {
          for (let i = 0; i < 25; i++) {
            const change = feeds.set(randomChange(feeds, `round ${round}, change ${i}`))
            // Some are never committed: memory is ahead.
            if ((round + i) % 7 !== 0) await store.commit([change], { sync: i % 3 === 0 })
          }
          // A crash: what is on the disk now, with the store open.
          if (round % 2 === 0) crashed = await copy(path)
        },
        bounds
      )
      if (crashed !== '') path = crashed
      if (round % 10 === 9) {
        await asOther(path, (database) => {
          const feed = { ...feedOf(round), seq: 5_000 + round }
          const key = Buffer.concat([Buffer.from('!feeds!'), feed.author])
          return database.put(key, seal(feed.author, writeFeed(feed)), ENCODING)
        })
      }
      const expected = await slowDigest(await copy(path))
      const again = await opened(await copy(path), undefined, bounds)
      assert.equal(again.digest, expected, `round ${round}, before it ${read}`)
      if (!isSlow) fast += 1
    }
    assert.ok(fast >= ROUNDS / 3, `${fast} of ${ROUNDS} starts had a snapshot`)
  })

  it('is not used where any bit of it has changed, and is written again', async () => {
    const name = await snapshotIn(first)
    const { length } = await readFile(join(first, name))
    for (let i = 0; i < 8; i++) {
      const path = await copy(first)
      const bytes = await readFile(join(path, name))
      const at = Math.floor((length * i) / 8) + (i % 4)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << i)
      await writeFile(join(path, name), bytes)
      const damaged = await opened(path)
      assert.equal(damaged.isSlow, true, `byte ${at}`)
      assert.equal(damaged.digest, digest)
      assert.equal((await opened(path)).isSlow, false)
    }
    const cut = await copy(first)
    const bytes = await readFile(join(cut, name))
    await writeFile(join(cut, name), bytes.subarray(0, -1))
    assert.deepEqual(await opened(cut).then((each) => [each.isSlow, each.digest]), [true, digest])
  })

  it('is not used where a mark, or the row that names it, has changed', async () => {
    const path = await copy(first)
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
    const damaged = await copy(path)
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

  it('has the last value where a crash ended the writing of the next one', async () => {
    const path = await copy(first)
    let crashed = ''
    await opened(path, async (store, feeds) => {
      const written = store.snapshots?.write(async function* () {
        yield new Uint8Array()
        await changed(5)(store, feeds)
        crashed = await copy(path)
        throw new Error('The disk is full.')
      })
      await assert.rejects(written ?? Promise.resolve(), /full/)
    })
    for (const ended of [path, crashed]) {
      await opened(ended, (store, feeds) =>
        store.commit([feeds.set({ ...feeds.get(authorOf(5)), seq: 901 })])
      )
      const { isSlow, digest: read, feeds } = await opened(ended)
      assert.equal(isSlow, false)
      assert.equal(feeds.get(authorOf(5)).seq, 901)
      assert.equal(read, await slowDigest(ended))
    }
  })

  it('does not count once a damaged mark was removed', async () => {
    const path = await copy(first)
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

  it('has nothing that the database loses with a part of its log', async () => {
    const path = join(directory.path, 'log')
    await opened(path, (store, feeds) => fillFeeds(store, feeds, COUNT))
    await asCrashed(path)
    const log = (await readdir(path)).find((name) => name.endsWith('.log')) ?? ''
    const { length } = await readFile(join(path, log))
    for (const part of [0, 0.25, 0.5, 0.75]) {
      const cut = await copy(path)
      const bytes = await readFile(join(cut, log))
      const at = Math.floor(length * part)
      await writeFile(join(cut, log), bytes.fill(0, at, Math.min(length, at + 100)))
      const expected = await slowDigest(await copy(cut))
      assert.equal((await opened(cut)).digest, expected, `at ${at} of ${length} bytes`)
    }
  })

  it('of another state of the store is not used', async () => {
    const second = await copy(first)
    await opened(second, async (store, feeds) => {
      await changed(9)(store, feeds)
      await rm(join(second, await snapshotIn(second)))
    })
    const newer = await opened(second)
    assert.equal(newer.isSlow, true)
    assert.notEqual(newer.digest, digest)
    const [theirs, ours] = [await snapshotIn(first), await snapshotIn(second)]
    for (const [from, to, expected] of [
      [join(first, theirs), second, newer.digest],
      [join(second, ours), first, digest]
    ] as const) {
      const mixed = await copy(to)
      await cp(from, join(mixed, await snapshotIn(mixed)))
      assert.deepEqual(await opened(mixed).then((each) => [each.isSlow, each.digest]), [
        true,
        expected
      ])
    }
    // Put back as a whole, a state has its own snapshot.
    const whole = await opened(await copy(first))
    assert.deepEqual([whole.isSlow, whole.digest], [false, digest])
  })

  it('does not count once another program has had the database open', async () => {
    const unchanged = await copy(first)
    await asOther(unchanged, () => undefined)
    assert.equal((await opened(unchanged)).isSlow, true)
    const path = await copy(first)
    await asOther(path, async (database) => {
      const feed = { ...feedOf(11), seq: 900 }
      const key = Buffer.concat([Buffer.from('!feeds!'), feed.author])
      await database.put(key, seal(feed.author, writeFeed(feed)), ENCODING)
    })
    const after = await opened(path)
    assert.equal(after.isSlow, true)
    assert.notEqual(after.digest, digest)
    assert.equal(after.feeds.get(authorOf(11)).seq, 900)
    assert.equal((await opened(path)).isSlow, false)
  })

  it('is that of a copy of the directory, and a copy of the database alone has none', async () => {
    const path = await copy(first)
    const backup = join(directory.path, 'backup')
    await opened(path, (store) => store.copyTo(backup))
    const restored = await opened(backup)
    assert.deepEqual([restored.isSlow, restored.digest], [true, digest])
    assert.equal((await opened(backup)).isSlow, false)
  })

  it('has the value of the database where memory is ahead of it', async () => {
    const path = await copy(first)
    await rm(join(path, await snapshotIn(path)))
    // Changed, and never committed, before and while it is written.
    await opened(path, async (_, feeds) => {
      feeds.set({ ...feeds.get(authorOf(3)), seq: 700 })
      await new Promise((resolve) => setImmediate(resolve))
      feeds.set({ ...feeds.get(authorOf(4)), seq: 700 })
    })
    const after = await opened(path)
    assert.deepEqual([after.isSlow, after.digest], [false, digest])
  })

  it('is not read where a feed is gone', async () => {
    const path = await copy(first)
    await opened(path, (store) => store.commit([store.section('feeds').del(authorOf(12))]))
    const after = await opened(path)
    assert.equal(after.isSlow, true)
    assert.equal(after.feeds.get(authorOf(12)).seq, 0)
  })

  it('of few feeds is not written, and they are not marked', async () => {
    const few = join(directory.path, 'few')
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
})
