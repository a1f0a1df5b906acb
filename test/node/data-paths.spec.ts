import assert from 'node:assert/strict'
import { chmod, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { defaultDataDir, socketPath } from '../../node/data-paths.ts'
import { temporaryDirectory } from '../fixtures/temporary.ts'

describe('paths', () => {
  it('follow the XDG base directories, and ignore relative ones', () => {
    assert.equal(defaultDataDir({ XDG_DATA_HOME: '/data' }), '/data/noormme-hive')
    const fallback = join(homedir(), '.local/share/noormme-hive')
    assert.equal(defaultDataDir({}), fallback)
    assert.equal(defaultDataDir({ XDG_DATA_HOME: 'data' }), fallback)
  })

  it('keep a socket short, whatever the directories are', async () => {
    await using directory = await temporaryDirectory()
    const long = join(directory.path, 'x'.repeat(100))
    for (const runtime of [directory.path, long]) {
      const path = await socketPath(join(long, 'data'), { XDG_RUNTIME_DIR: runtime })
      assert.ok(path.length <= 103, path)
    }
  })

  it('are another for every data directory', async () => {
    await using directory = await temporaryDirectory()
    const env = { XDG_RUNTIME_DIR: directory.path }
    assert.notEqual(await socketPath('/a', env), await socketPath('/b', env))
    assert.equal(await socketPath('/a', env), await socketPath('/a/../a', env))
  })

  it('refuse a socket directory that others can enter', async () => {
    await using directory = await temporaryDirectory()
    const shared = join(directory.path, 'noormme-hive')
    await mkdir(shared)
    await chmod(shared, 0o777)
    await assert.rejects(
      socketPath('/a', { XDG_RUNTIME_DIR: directory.path }),
      /Other users can enter/
    )
  })
})
