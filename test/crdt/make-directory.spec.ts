import assert from 'node:assert/strict'
import { lstat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory, openStore } from '../../crdt/index.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

const code =
  (...expected: string[]) =>
  (error: unknown) =>
    error instanceof Error && 'code' in error && expected.includes(String(error.code))

describe('making a directory', () => {
  it('makes those above it, for their owner alone, and says whether it was there', async () => {
    await using folder = await temporaryDirectory()
    const path = join(folder.path, 'a/b')
    assert.deepEqual(await Promise.all([makeDirectory(path), makeDirectory(path)]), [true, true])
    assert.equal(await makeDirectory(path), false)
    assert.equal((await lstat(path)).mode & 0o777, 0o700)
  })

  it('ends where a file system or a file is in the way', async () => {
    await using folder = await temporaryDirectory()
    const file = join(folder.path, 'file')
    await writeFile(file, '')
    await assert.rejects(makeDirectory('/proc/hive/store'), code('ENOENT', 'EACCES'))
    await assert.rejects(makeDirectory(join(file, 'a')), code('ENOTDIR'))
    await assert.rejects(makeDirectory(file), code('EEXIST'))
    await assert.rejects(openStore('/proc/hive/store'), { name: 'StoreError' })
  })
})
