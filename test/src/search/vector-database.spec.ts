import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { equalBytes } from '../../../crdt/bytes/index.ts'
import { VectorDatabase } from '../../../src/search/vector-database.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { VectorItem } from '../../../src/search/vector-database.ts'

const ITEMS = 200
const DIMENSIONS = 16

/** Vectors by number, the same each time. */
function vectorOf(i: number): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, (_, at) => Math.sin(i * 31 + at * 7 + i * at))
}

function nearest(database: VectorDatabase): string[] {
  return Array.from({ length: 20 }, (_, i) =>
    Buffer.from(database.search(vectorOf(i * 10), 1, ['local'])[0]?.digest ?? []).toString('hex')
  )
}

describe('the graph of vectors', () => {
  it('is built again from the vectors if its file was changed, cut or replaced', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'vectors.db')
    const first = new VectorDatabase(path, 'm')
    const items = Array.from({ length: ITEMS }, (_, i) => ({
      digest: hash('sha256', String(i), 'buffer'),
      vector: vectorOf(i)
    }))
    first.apply('local', items, ITEMS)
    const expected = nearest(first)
    assert.deepEqual(
      expected,
      Array.from({ length: 20 }, (_, i) => hash('sha256', String(i * 10), 'hex'))
    )
    first.close()
    const graph = await readFile(`${path}.usearch`)
    for (const change of [
      () =>
        writeFile(
          `${path}.usearch`,
          graph.map((byte, i) => (i > 200 ? ~byte : byte))
        ),
      () => truncate(`${path}.usearch`, 300),
      () => writeFile(`${path}.usearch`, 'not a graph')
    ]) {
      await change()
      const database = new VectorDatabase(path, 'm')
      assert.deepEqual(nearest(database), expected)
      database.close()
    }
  })

  it('and its files keep nothing of a vector that was removed', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'vectors.db')
    const items = Array.from({ length: ITEMS }, (_, i) => ({
      digest: hash('sha256', String(i), 'buffer'),
      vector: vectorOf(i)
    }))
    const first = new VectorDatabase(path, 'm')
    first.apply('local', items, ITEMS)
    first.close()
    const filesWith = async (i: number): Promise<string[]> => {
      const vector = vectorOf(i)
      const whole = Buffer.from(vector.buffer)
      const half = Buffer.from(new Float16Array(vector).buffer)
      const found = await Promise.all(
        (await readdir(directory.path)).map(async (name) => {
          const bytes = await readFile(join(directory.path, name))
          return bytes.includes(whole) || bytes.includes(half) ? [name] : []
        })
      )
      return found.flat().toSorted()
    }
    const removed = [7, 90, 199]
    for (const i of removed) {
      assert.deepEqual(await filesWith(i), ['vectors.db', 'vectors.db.usearch'])
    }
    const second = new VectorDatabase(path, 'm')
    second.apply(
      'local',
      removed.map((i) => ({ digest: hash('sha256', String(i), 'buffer') })),
      ITEMS + removed.length
    )
    const remaining = items.filter((_, i) => !removed.includes(i))
    second.close()
    for (const i of removed) assert.deepEqual(await filesWith(i), [])
    assert.deepEqual(await filesWith(8), ['vectors.db', 'vectors.db.usearch'])
    const third = new VectorDatabase(path, 'm')
    for (const { digest, vector } of remaining) {
      assert.deepEqual(Buffer.from(third.search(vector, 1, ['local'])[0]?.digest ?? []), digest)
    }
    third.close()
  })

  it('leaves out items of other projects and stale ones, however many are nearer', () => {
    const database = new VectorDatabase(':memory:', 'm')
    const digestOf = (i: number): Buffer => hash('sha256', String(i), 'buffer')
    const near = (i: number): Float32Array => Float32Array.of(1, i / 10_000)
    const items: VectorItem[] = Array.from({ length: 2_000 }, (_, i) => ({
      digest: digestOf(i),
      vector: near(i),
      marks: i === 1_999 ? undefined : { projects: [i === 1_998 ? 'shop' : 'blog'], stale: 'none' }
    }))
    const stale = { projects: [], stale: 'hidden' } as const
    items.push({ digest: digestOf(2_000), vector: near(0), marks: stale })
    database.apply('local', items, items.length)
    const found = (filter: object, limit = 2): number[] =>
      database
        .search(near(0), limit, ['local'], filter)
        .map(({ digest }) => items.findIndex((item) => equalBytes(item.digest, digest)))
    assert.deepEqual(found({ project: null }), [1_999])
    assert.deepEqual(found({ project: 'shop' }), [1_998, 1_999])
    assert.equal(found({ project: 'blog' }, 100).length, 100)
    assert.deepEqual(found({ project: null, includeStale: true }), [2_000, 1_999])
    database.apply('local', [{ digest: digestOf(1_998), vector: near(1) }], items.length + 1)
    assert.deepEqual(found({ project: null }), [1_998, 1_999])
    database.discard()
  })
})
