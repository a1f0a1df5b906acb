import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { seal, toHex } from '../../../crdt/bytes/index.ts'
import { ENCODING } from '../../../crdt/store/database.ts'
import { writeFeed } from '../../../crdt/feeds/feed-value.ts'
import {
  asCrashed,
  asOther,
  changed,
  COUNT,
  opened,
  slowDigest,
  SnapshotStores
} from '../../fixtures/feed-snapshots.ts'
import { authorOf, feedOf, fillFeeds } from '../../fixtures/many-feeds.ts'
import { budget } from '../../fixtures/budget.ts'
import { randomChange } from '../../fixtures/random-feeds.ts'

const CHILD = fileURLToPath(new URL('../../fixtures/changing-feeds.ts', import.meta.url))

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

describe('a snapshot of the table of feeds, after crashes', () => {
  let stores: SnapshotStores

  before(async () => {
    stores = await SnapshotStores.create()
  })
  after(() => stores[Symbol.asyncDispose]())

  it('counts after kill -9, with all that was committed', async () => {
    const path = await stores.copy(stores.first)
    for (const lines of [1, 40]) {
      const acknowledged = await killed(path, lines)
      const crashed = await stores.copy(path)
      const again = await opened(crashed)
      assert.equal(again.isSlow, false)
      assert.equal(again.digest, await slowDigest(path))
      // One more commit may have landed than was said.
      const last = acknowledged.length - 1
      assert.ok([acknowledged[last], await digestWith(path, last + 1)].includes(again.digest))
    }
  })

  /** The stores.digest with one more change of the child. */
  async function digestWith(path: string, i: number): Promise<string> {
    const other = await stores.copy(path)
    let result = ''
    await opened(other, (_, feeds) => {
      feeds.set({ ...feeds.get(authorOf(i)), seq: 1_000 + i })
      result = toHex(feeds.digest())
    })
    return result
  }

  it('is whole after kill -9 at any moment of its writing', async function () {
    this.timeout(60_000)
    const path = join(stores.path, 'killed')
    let fast = 0
    for (let round = 0; round < KILLS; round++) {
      const acknowledged = await killed(path, 20 + ((round * 37) % 90), String(round), 'snapshots')
      const crashed = await stores.copy(path)
      const again = await opened(path)
      assert.equal(again.digest, await slowDigest(crashed), `round ${round}`)
      assert.ok(acknowledged.length > 0)
      if (!again.isSlow) fast += 1
    }
    // A process that was killed before its stores.first one was written leaves none.
    assert.ok(fast > 0, 'no start had a snapshot')
  })

  it('is what the database has after random changes, crashes, stops and other programs', async function () {
    this.timeout(60_000)
    const bounds = { minRows: 30, changedShare: 4 }
    let path = join(stores.path, 'random')
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
          if (round % 2 === 0) crashed = await stores.copy(path)
        },
        { bounds, isWaiting: round % 5 !== 1 }
      )
      if (crashed !== '') path = crashed
      if (round % 10 === 9) {
        await asOther(path, (database) => {
          const feed = { ...feedOf(round), seq: 5_000 + round }
          const key = Buffer.concat([Buffer.from('!feeds!'), feed.author])
          return database.put(key, seal(feed.author, writeFeed(feed)), ENCODING)
        })
      }
      const expected = await slowDigest(await stores.copy(path))
      const again = await opened(await stores.copy(path), undefined, { bounds })
      assert.equal(again.digest, expected, `round ${round}, before it ${read}`)
      if (!isSlow) fast += 1
    }
    assert.ok(fast >= ROUNDS / 3, `${fast} of ${ROUNDS} starts had a snapshot`)
  })

  it('has the last value where a crash ended the writing of the next one', async () => {
    const path = await stores.copy(stores.first)
    let crashed = ''
    await opened(path, async (store, feeds) => {
      const written = store.snapshots?.write(async function* () {
        yield new Uint8Array()
        await changed(5)(store, feeds)
        crashed = await stores.copy(path)
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

  it('has nothing that the database loses with a part of its log', async () => {
    const path = join(stores.path, 'log')
    await opened(path, (store, feeds) => fillFeeds(store, feeds, COUNT))
    await asCrashed(path)
    const log = (await readdir(path)).find((name) => name.endsWith('.log')) ?? ''
    const { length } = await readFile(join(path, log))
    for (const part of [0, 0.25, 0.5, 0.75]) {
      const cut = await stores.copy(path)
      const bytes = await readFile(join(cut, log))
      const at = Math.floor(length * part)
      await writeFile(join(cut, log), bytes.fill(0, at, Math.min(length, at + 100)))
      const expected = await slowDigest(await stores.copy(cut))
      assert.equal((await opened(cut)).digest, expected, `at ${at} of ${length} bytes`)
    }
  })
})
