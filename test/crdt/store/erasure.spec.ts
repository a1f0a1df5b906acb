import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Level } from 'level'
import { Erasure } from '../../../crdt/store/erasure.ts'
import { temporaryDirectory } from '../../fixtures/temporary.ts'
import type { Database } from '../../../crdt/index.ts'

const VIEW = { keyEncoding: 'view', valueEncoding: 'view' } as const

describe('erasure', () => {
  it('keeps what a full disk did not let it erase', async () => {
    await using directory = await temporaryDirectory()
    const database: Database = new Level(directory.path, { ...VIEW, compression: false })
    await database.open()
    let isFull = true
    const erasure = new Erasure({
      database: () => database,
      commit: async (operations) => {
        if (isFull) throw new Error('no space left')
        await database.batch([...operations], VIEW)
      }
    })
    const key = Buffer.from('!facts!one')
    await database.put(key, Buffer.from('what was to be forgotten'), VIEW)
    await database.del(key, VIEW)
    erasure.add([{ type: 'del', key }])
    await erasure.finish()
    isFull = false
    await erasure.finish()
    await database.close()
    const names = await readdir(directory.path)
    const files = await Promise.all(names.map((name) => readFile(join(directory.path, name))))
    assert.ok(files.length > 0)
    assert.ok(files.every((bytes) => !bytes.includes('to be forgotten')))
  })
})
