import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Store } from '../../../crdt/index.ts'

const KEYS = Array.from({ length: 20 }, (_, i) => Buffer.from(`key ${i}`))
const CHUNK = new Uint8Array(300_000)

const filesIn = async (path: string): Promise<string[]> =>
  (await readdir(path)).filter((name) => name.startsWith('heads'))

const put = (store: Store, keys: readonly Uint8Array[], value: string): Promise<void> =>
  store.commit(keys.map((key) => store.section('feeds').put(key, Buffer.from(value))))

function write(store: Store, contents: () => AsyncIterable<Uint8Array>): Promise<void> {
  assert.ok(store.snapshots !== undefined)
  return store.snapshots.write(contents)
}

/** The chunks, and the values that were written since. */
async function contentsOf(
  store: Store
): Promise<{ readonly bytes: number; readonly changed: string[] } | undefined> {
  const contents = store.snapshots?.read()
  if (contents === undefined) return undefined
  let bytes = 0
  for await (const chunk of contents.chunks) bytes += chunk.length
  const values = new Map<string, string>()
  for await (const [key, value = new Uint8Array()] of contents.changed) {
    values.set(Buffer.from(key).toString(), Buffer.from(value).toString())
  }
  return { bytes, changed: [...values].map(([key, value]) => `${key}: ${value}`).toSorted() }
}

async function marksOf(store: Store): Promise<number> {
  let count = 0
  for await (const _ of store.section('changed-feeds').entries()) count += 1
  return count
}

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield await Promise.resolve(CHUNK)
}

// oxlint-disable-next-line require-yield
async function* failing(task?: () => Promise<void>): AsyncGenerator<Uint8Array> {
  await task?.()
  throw new Error('The disk is full.')
}

describe('the snapshot of a section', () => {
  it('ends with the store at once, and the one before counts with all that was written since', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    const store = await openStore(path)
    await put(store, KEYS, 'before')
    await write(store, () => chunks(2))
    await put(store, KEYS.slice(0, 2), 'since')
    const { promise: begun, resolve } = Promise.withResolvers<void>()
    let written = 0
    const endless = write(store, async function* () {
      for (;;) {
        yield await Promise.resolve(CHUNK)
        written += 1
        if (written === 20) {
          await put(store, KEYS.slice(2, 3), 'meanwhile')
          resolve()
        }
      }
    })
    const ended = assert.rejects(endless, { name: 'AbortError' })
    await begun
    const before = written
    await store.close()
    await ended
    assert.ok(written - before <= 20, `${written - before} chunks after the stop`)
    assert.deepEqual(await filesIn(path), ['heads.1.snapshot'])
    const next = await openStore(path)
    try {
      assert.deepEqual(await contentsOf(next), {
        bytes: 2 * CHUNK.length,
        changed: ['key 0: since', 'key 1: since', 'key 2: meanwhile']
      })
      await write(next, () => chunks(3))
      assert.deepEqual(await contentsOf(next), { bytes: 3 * CHUNK.length, changed: [] })
      assert.equal(await marksOf(next), 0)
    } finally {
      await next.close()
    }
  })

  it('leaves at most two marks for a key, however often its writing fails', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    let store = await openStore(path)
    try {
      await put(store, KEYS, 'before')
      await write(store, () => chunks(1))
      for (let i = 0; i < 10; i++) {
        await put(store, KEYS, `before ${i}`)
        const task = (): Promise<void> => put(store, KEYS.slice(0, i), `while ${i}`)
        await assert.rejects(
          write(store, () => failing(task)),
          /full/
        )
        assert.ok((await marksOf(store)) <= 2 * KEYS.length)
        if (i % 3 === 2) {
          await store.close()
          store = await openStore(path)
        }
      }
      assert.equal(await marksOf(store), KEYS.length + 9)
      assert.deepEqual(
        (await contentsOf(store))?.changed,
        KEYS.map((key, i) => `${key.toString()}: ${i < 9 ? 'while' : 'before'} 9`).toSorted()
      )
      await write(store, () => chunks(2))
      assert.deepEqual(await contentsOf(store), { bytes: 2 * CHUNK.length, changed: [] })
      assert.equal(await marksOf(store), 0)
      assert.equal((await filesIn(path)).length, 1)
    } finally {
      await store.close()
    }
  })

  it('has no old value of a key that was written while there was none', async () => {
    await using directory = await temporaryDirectory()
    const store = await openStore(join(directory.path, 'store'))
    try {
      for (let i = 0; i < 5; i++) {
        const task = (): Promise<void> => put(store, KEYS, `while ${i}`)
        await assert.rejects(
          write(store, () => failing(task)),
          /full/
        )
        assert.equal(await marksOf(store), KEYS.length)
        // Without a snapshot it is not marked.
        await put(store, KEYS, `after ${i}`)
      }
      await write(store, () => chunks(1))
      assert.deepEqual(await contentsOf(store), { bytes: CHUNK.length, changed: [] })
    } finally {
      await store.close()
    }
  })
})
