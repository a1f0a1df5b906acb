import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openStore } from '../../../crdt/index.ts'
import { toHex } from '../../../crdt/bytes/index.ts'
import { Feeds } from '../../../crdt/feeds/feeds.ts'
import { authorOf, feedOf, fillFeeds, NOTHING_HIDDEN } from '../../fixtures/many-feeds.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { TemporaryDirectory } from '../../fixtures/temporary.ts'
import type { Store } from '../../../crdt/index.ts'

const COUNT = 20_500
const FILES = ['heads.snapshot', 'heads.seal'] as const

interface Opened {
  readonly feeds: Feeds
  readonly digest: string
  /** Whether the values of the database were read. */
  readonly isSlow: boolean
}

/** Opens a store, and runs the task before it is closed. */
async function opened(
  path: string,
  task?: (store: Store, feeds: Feeds) => unknown
): Promise<Opened> {
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
    const feeds = new Feeds({ section, snapshots: store.snapshots }, NOTHING_HIDDEN)
    await feeds.load()
    const result = { feeds, digest: toHex(feeds.digest()), isSlow }
    await task?.(store, feeds)
    return result
  } finally {
    await store.close()
  }
}

const changed =
  (i: number) =>
  (store: Store, feeds: Feeds): Promise<void> =>
    store.commit([feeds.set({ ...feeds.get(authorOf(i)), seq: 900 })])

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

  async function copy(path: string): Promise<string> {
    const to = join(directory.path, `copy ${++copies}`)
    await cp(path, to, { recursive: true })
    return to
  }

  it('gives after clean stops what the database has, without reading it', async () => {
    const path = await copy(first)
    const { feeds, isSlow, digest: read } = await opened(path)
    assert.equal(isSlow, false)
    assert.equal(read, digest)
    assert.deepEqual(feeds.get(authorOf(1_007)), {
      ...feedOf(1_007),
      author: new Uint8Array(authorOf(1_007)),
      head: new Uint8Array(feedOf(1_007).head)
    })
    assert.equal(feeds.writersOf('playbook of goal 2007')[0]?.clock, 2_027)
    const { mtimeMs } = await stat(join(path, FILES[0]))
    await opened(path, changed(5))
    assert.ok((await stat(join(path, FILES[0]))).mtimeMs > mtimeMs)
    const next = await opened(path)
    assert.equal(next.isSlow, false)
    assert.equal(next.feeds.get(authorOf(5)).seq, 900)
    // Nothing has changed: the same chunks go on.
    const { ino } = await stat(join(path, FILES[0]))
    assert.equal((await opened(path)).isSlow, false)
    assert.equal((await stat(join(path, FILES[0]))).ino, ino)
  })

  it('does not count after kill -9, however much was committed', async () => {
    const path = await copy(first)
    const file = fileURLToPath(new URL('../../fixtures/changing-feeds.ts', import.meta.url))
    for (const lines of [1, 40]) {
      const child = spawn(process.execPath, [file, path], { stdio: ['ignore', 'pipe', 'inherit'] })
      const exit = once(child, 'exit')
      const acknowledged: string[] = []
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(line)
        if (acknowledged.length === lines) child.kill('SIGKILL')
      }
      await exit
      const crashed = await copy(path)
      const again = await opened(crashed)
      assert.equal(again.isSlow, true)
      // One more commit may have landed than was said.
      const last = acknowledged.length - 1
      const next = [acknowledged[last], await digestWith(path, last + 1)]
      assert.ok(next.includes(again.digest))
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

  it('is not used where any bit of it has changed, and is written again', async () => {
    for (const file of FILES) {
      const { length } = await readFile(join(first, file))
      for (let i = 0; i < 8; i++) {
        const path = await copy(first)
        const bytes = await readFile(join(path, file))
        const at = Math.floor((length * i) / 8) + (i % 4)
        bytes[at] = (bytes[at] ?? 0) ^ (1 << i)
        await writeFile(join(path, file), bytes)
        const damaged = await opened(path)
        assert.equal(damaged.isSlow, true, `byte ${at} of ${file}`)
        assert.equal(damaged.digest, digest)
        assert.equal((await opened(path)).isSlow, false)
      }
    }
    const cut = await copy(first)
    const bytes = await readFile(join(cut, FILES[0]))
    await writeFile(join(cut, FILES[0]), bytes.subarray(0, -1))
    assert.deepEqual(await opened(cut).then((each) => [each.isSlow, each.digest]), [true, digest])
  })

  it('of another state of the store is not used', async () => {
    const second = await copy(first)
    await opened(second, changed(9))
    const newer = (await opened(second)).digest
    assert.notEqual(newer, digest)
    const put = async (files: readonly string[], from: string, to: string): Promise<string> => {
      const path = await copy(to)
      for (const file of files) await cp(join(from, file), join(path, file))
      return path
    }
    for (const [older, theirs, ours] of [
      [first, second, newer],
      [second, first, digest]
    ] as const) {
      for (const files of [FILES, FILES.slice(0, 1), FILES.slice(1)]) {
        const mixed = await opened(await put(files, older, theirs))
        assert.equal(mixed.isSlow, true)
        assert.equal(mixed.digest, ours)
      }
    }
    // Put back as a whole, a state has its own snapshot.
    const whole = await opened(await copy(first))
    assert.deepEqual([whole.isSlow, whole.digest], [false, digest])
  })

  it('does not count once a version without snapshots has had the store open', async () => {
    const path = await copy(first)
    const store = await openStore(path)
    const feeds = new Feeds({ section: (name) => store.section(name) }, NOTHING_HIDDEN)
    await feeds.load()
    await changed(11)(store, feeds)
    await store.close()
    for (const file of FILES) await cp(join(first, file), join(path, file))
    const after = await opened(path)
    assert.equal(after.isSlow, true)
    assert.equal(after.digest, toHex(feeds.digest()))
  })

  it('is not written where memory is ahead of the disk, or of few authors', async () => {
    const path = await copy(first)
    // Changed, and never committed.
    await opened(path, (_, feeds) => feeds.set({ ...feeds.get(authorOf(3)), seq: 700 }))
    assert.deepEqual(
      (await readdir(path)).filter((name) => name.startsWith('heads')),
      []
    )
    assert.equal((await opened(path)).digest, digest)
    const few = join(directory.path, 'few')
    await opened(few, (store, feeds) => fillFeeds(store, feeds, 500))
    assert.equal((await opened(few)).isSlow, true)
  })
})
