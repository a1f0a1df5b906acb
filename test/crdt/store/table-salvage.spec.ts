import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../../../crdt/index.ts'
import { salvageTable } from '../../../crdt/store/table-salvage.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'

const VALUES = 2_000

/** Values of one block of 4 KiB, at most, and of the blocks beside it. */
const BLOCK_VALUES = 60

const keyOf = (i: number): Buffer => hash('sha256', `key ${i}`, 'buffer')
const valueOf = (i: number): Buffer => Buffer.from(`The value of key ${i}, which compresses well.`)

/** A store whose values are in a table; returns the path of the table. */
async function tableOf(path: string): Promise<string> {
  const store = await openStore(path)
  const section = store.section('things')
  await store.commit(Array.from({ length: VALUES }, (_, i) => section.put(keyOf(i), valueOf(i))))
  await store.close()
  await (await openStore(path)).close()
  const [table = ''] = (await readdir(path)).filter((name) => name.endsWith('.ldb'))
  return join(path, table)
}

describe('a damaged table', () => {
  it('keeps the values of all blocks that are as they were written', async function () {
    this.timeout(60_000)
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'store')
    const table = await tableOf(path)
    const bytes = await readFile(table)
    assert.equal(salvageTable(bytes).isWhole, true)
    for (const at of [0.1, 0.5, 0.8]) {
      const place = Math.floor(bytes.length * at)
      bytes[place] = (bytes[place] ?? 0) ^ 4
    }
    const { isWhole, table: kept } = salvageTable(bytes)
    assert.equal(isWhole, false)
    assert.ok(kept !== undefined && kept.length < bytes.length)
    assert.equal(salvageTable(kept).isWhole, true)
    await writeFile(table, bytes)
    const store = await openStore(path)
    assert.equal(store.condition.isRepaired, true)
    const found = await store
      .section('things')
      .getMany(Array.from({ length: VALUES }, (_, i) => keyOf(i)))
    const present = found.filter((value, i) => value !== undefined && valueOf(i).equals(value))
    assert.equal(present.length, found.filter((value) => value !== undefined).length)
    assert.ok(present.length < VALUES)
    assert.ok(present.length >= VALUES - 3 * BLOCK_VALUES, `${present.length} are left`)
    await store.close()
    const again = await openStore(path)
    assert.equal(again.condition.isRepaired, false)
    assert.deepEqual(again.condition.damage, [])
    await again.close()
  })

  it('is lost as a whole without its index, and no bytes make the reader fail', () => {
    assert.deepEqual(salvageTable(Buffer.alloc(0)), { isWhole: false, table: undefined })
    assert.deepEqual(salvageTable(Buffer.alloc(1_000, 255)), { isWhole: false, table: undefined })
  })
})
